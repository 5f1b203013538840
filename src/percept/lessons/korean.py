"""Words of the tables of the lessons in Korean; names of the project stay as they are."""

import re

NUMBER = re.compile(r"(?<![\w.])-?\d+(?![\w.])")
WORDS = {  # '#' stands for a number
    # heads of columns
    "activation": "활성화 함수",
    "against over-fitting": "과적합을 막는 방법",
    "accuracy": "정확도",
    "all right from epoch": "모두 맞힌 에포크",
    "batch size": "배치 크기",
    "batch size #": "배치 크기 #",
    "best trial": "가장 좋은 시험",
    "clothing": "옷",
    "columns": "열의 수",
    "digit": "숫자",
    "epoch": "에포크",
    "epochs": "에포크 수",
    "error": "오차",
    "gap": "차이",
    "gate": "게이트",
    "gradient at #": "#에서 기울기",
    "gradient of layer #": "#층의 기울기",
    "inputs": "입력",
    "kind": "과제의 종류",
    "largest gradient": "가장 큰 기울기",
    "layer": "층",
    "learning rate": "학습률",
    "loss": "손실",
    "lowest validation loss": "가장 낮은 검증 손실",
    "loss of this row": "이 행의 손실",
    "metric": "평가 지표",
    "most often taken for": "가장 자주 혼동한 것",
    "network": "신경망",
    "on the test rows": "테스트 행에서",
    "optimizer": "옵티마이저",
    "output": "출력",
    "output layer": "출력층",
    "overrides": "바꾼 설정",
    "probability": "확률",
    "ratio": "배율",
    "rows right": "맞힌 행",
    "said": "출력",
    "said of the first test row": "첫 테스트 행의 출력",
    "share": "비율",
    "share that is right": "맞힌 비율",
    "task": "과제",
    "text": "글자",
    "test accuracy": "테스트 정확도",
    "test loss": "테스트 손실",
    "training loss": "훈련 손실",
    "training loss, epoch #": "훈련 손실, #에포크",
    "trial": "시험",
    "true": "정답",
    "units": "유닛",
    "validation accuracy": "검증 정확도",
    "validation accuracy after # epochs": "#에포크 뒤 검증 정확도",
    "validation loss": "검증 손실",
    "value at #": "#에서 값",
    "wanted": "정답",
    "weights": "가중치 수",
    # rows
    "all": "전체",
    "and numbers min_max": "그리고 수는 min_max",
    "and numbers standard": "그리고 수는 standard",
    "and one-hot categories": "그리고 원-핫 범주",
    "below 0.005": "0.005 미만",
    "bias": "편향",
    "columns shared out": "열을 나눠 맡김",
    "deep": "딥",
    "dropout": "드롭아웃",
    "early stopping": "조기 종료",
    "never": "없음",
    "nothing": "없음",
    "numbers alone, as they are": "수만, 그대로",
    "steps in an epoch": "한 에포크의 걸음",
    "straight line": "직선",
    "test pictures": "테스트 이미지",
    "wide and deep": "와이드 & 딥",
}


def in_korean(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return each cell in Korean; numbers and names as they are."""
    return tuple(_translated(cell) for cell in cells)


def _translated(cell: str) -> str:
    if cell in WORDS:
        return WORDS[cell]
    numbers = iter(NUMBER.findall(cell))
    translated = WORDS.get(NUMBER.sub("#", cell))
    return cell if translated is None else re.sub("#", lambda _: next(numbers), translated)
