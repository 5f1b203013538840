"""Words are runs of letters, marks and digits, whatever the language."""

import unicodedata

import pytest

from percept.dataset.words import spellings, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("  --- !? 🙂", []),
        ("Good, very GOOD!", ["Good", "very", "GOOD"]),
        ("don't “quote”—me…", ["don", "t", "quote", "me"]),
        ("2nd of 12/10", ["2nd", "of", "12", "10"]),
        ("good🙂bad_ugly", ["good", "bad", "ugly"]),
        ("Été à l'île", ["Été", "à", "l", "île"]),
        (unicodedata.normalize("NFD", "Été"), [unicodedata.normalize("NFD", "Été")]),
        ("अच्छा है", ["अच्छा", "है"]),
        ("좋다. 日本語、テスト", ["좋다", "日本語", "テスト"]),
        ("one\ntwo\tthree\u00a0four\0five", ["one", "two", "three", "four", "five"]),
    ],
)
def test_a_text_is_split_at_all_that_is_no_letter_mark_or_digit(text, found):
    assert words(text) == found


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("good", ["good", "Good", "GOOD"]),
        ("été", ["été", "Été", "ÉTÉ"]),
        ("x", ["x", "X"]),
        ("12", ["12"]),
        ("straße", ["straße", "Straße"]),  # STRASSE is strasse
        ("日本", ["日本"]),
    ],
)
def test_the_usual_spellings_of_a_word_all_are_it_in_small_letters(word, found):
    assert list(spellings(word)) == found
