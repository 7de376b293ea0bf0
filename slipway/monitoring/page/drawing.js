// What the pages share: elements, and plots in the page's own colours. What is drawn, a program has decided.
"use strict";

const PLOT_HEIGHT = 210;
const LEFT = 62;
const LABELS = 30;
const SLANTED_LABELS = 52;
const LEGEND_ROW = 19;
const LEGEND_LINE = 48; // and what is around it
const LETTER = 6.5;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// A text whose words in backticks are code.
const prose = (text) => text.split("`").map((part, index) => index % 2 ? element("code", { textContent: part }) : part);

function draw({ plot, figure }) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const longest = Math.max(0, ...figure.traces.map((trace) => trace.name.length));
  const perRow = Math.max(1, Math.floor((plot.clientWidth - LEFT) / (LEGEND_LINE + LETTER * longest)));
  const legend = Math.ceil(figure.traces.length / perRow) * LEGEND_ROW;
  const labels = figure.axes.xaxis.type === "category" ? SLANTED_LABELS : LABELS;
  const marks = figure.marks ?? [];
  const axis = { visible: figure.traces.length > 0, gridcolor: colour("--line"), linecolor: colour("--line"), zerolinecolor: colour("--line"), fixedrange: true };
  Plotly.react(plot, figure.traces, {
    width: plot.clientWidth, // measured anew each time, because a window changes its size
    height: PLOT_HEIGHT + legend,
    margin: { l: LEFT, r: 12, t: 12, b: labels + legend },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("--muted"), family: "system-ui, sans-serif", size: 12 },
    hovermode: "x unified",
    uirevision: figure.revision, // what was hidden in the legend stays so
    shapes: marks.map((mark) => ({ type: "line", x0: mark.at, x1: mark.at, yref: "paper", y0: 0, y1: 1, line: { color: colour("--muted"), width: 1, dash: "dot" } })),
    hoverlabel: { namelength: -1, bgcolor: colour("--card"), bordercolor: colour("--line"), font: { color: colour("--text") } },
    dragmode: false,
    barmode: "group",
    showlegend: true,
    legend: { orientation: "h", x: 0, xanchor: "left", y: 0, yref: "container", yanchor: "bottom", font: { size: 11 } },
    xaxis: { ...axis, ...figure.axes.xaxis },
    yaxis: { ...axis, ...figure.axes.yaxis, nticks: 5 },
  }, { displayModeBar: false });
}
