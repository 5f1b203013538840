"""What `dvc plots` draws with: a template of each chart, and the page, which looks for Vega in .venv first."""

import json

from percept.reporting.charts import CHARTS
from percept.reporting.page import STYLE
from percept.reporting.style import CONFIG

ROWS = "<DVC_METRIC_DATA>"  # DVC puts the rows of all runs here
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{refresh_tag}
<title>plots</title>
<style>
%(style)s
body { max-width: none; display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
body > div { max-width: 100%%; overflow-x: auto; }
</style>
<script src="../.venv/vega.js"></script>
<template id="network">{scripts}</template>
<script>
// Without the script that `make setup` wrote, the network has to do.
if (!window.vegaEmbed) document.write(document.getElementById("network").innerHTML);
</script>
<script>
const config = %(config)s;
const embed = window.vegaEmbed || ((place) => {
  document.querySelector(place).textContent = "Nothing draws here: run `make setup`, or go online.";
});
const isWide = (rows, rule) => {
  const values = rows.filter((row) => row.measure === rule.measure).map((row) => +row[rule.field]);
  return values.length > 0 && Math.min(...values) > 0 && Math.max(...values) > rule.from * Math.min(...values);
};
window.vegaEmbed = (place, spec) => {
  const rule = spec.usermeta && spec.usermeta.logarithmic;
  if (rule && isWide(spec.data.values, rule)) spec.encoding.y.scale = {type: "log"};
  const options = {renderer: "svg", actions: false, config: {...config, mark: {tooltip: true}}};
  return spec.data && embed(place, spec, options);
};
</script>
</head>
<body>
{plot_divs}
</body>
</html>
"""


def files() -> dict[str, str]:
    """Return the files of .dvc/plots by name."""
    page = PAGE % {"style": STYLE.read_text(encoding="utf-8"), "config": json.dumps(CONFIG, indent=1)}
    templates = {name: json.dumps(draw(ROWS, True), indent=1) + "\n" for name, draw in CHARTS.items()}
    return {"page.html": page} | {f"{name}.json": template for name, template in templates.items()}
