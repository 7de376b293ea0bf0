// Asks its server for what is to be seen, and puts it on the page. Texts are put in as texts: they are labels and
// messages that anybody may have written. What is drawn, the server has decided; here are theme and sizes alone.
"use strict";

const PLOT_HEIGHT = 210;
const LEFT = 62;
const LABELS = 30;
const SLANTED_LABELS = 52;
const LEGEND_ROW = 19;
const LEGEND_LINE = 48; // and what is around it
const LETTER = 6.5;
const GIVE_UP = 60000; // milliseconds: longer than the slowest Prometheus is waited for

const byId = (id) => document.getElementById(id);
const chosen = new URLSearchParams(location.search);
const panels = new Map(); // by key: its elements, and the figure that is drawn
let timer = null;
let asking = 0;
let silentSince = null;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function tell(place, text) {
  place.textContent = text ?? "";
  place.hidden = !text;
}

// A text whose words in backticks are code.
const prose = (text) => text.split("`").map((part, index) => index % 2 ? element("code", { textContent: part }) : part);

// Why is told once where it is the same everywhere.
let outage = null;
const missing = (found) => found && `Missing since ${found.since}` + (found.why === outage ? "" : `: ${found.why}`);

async function look() {
  clearTimeout(timer);
  const mine = ++asking;
  let wait = 10;
  try {
    const answer = await fetch(`/view?${chosen}`, { signal: AbortSignal.timeout(GIVE_UP) });
    if (answer.status === 404 && chosen.has("model")) { // gone since it was chosen
      chosen.delete("model");
      return look();
    }
    if (!answer.ok) throw new Error(await answer.text());
    const view = await answer.json();
    if (mine !== asking) return; // something else was chosen meanwhile
    silentSince = null;
    wait = view.refreshSeconds;
    show(view);
  } catch (error) {
    if (mine !== asking) return;
    silentSince ??= new Date().toLocaleTimeString("en-GB");
    tell(byId("trouble"), `No answer since ${silentSince}: is slipway dashboard still running? (${error.message})`);
  }
  if (!document.hidden) timer = setTimeout(look, wait * 1000);
}

function show(view) {
  const nothing = view.missing || view.models.length ? null
    : "Prometheus knows of no model: is one served, and is the platform's monitoring on?";
  outage = null;
  tell(byId("trouble"), missing(view.missing) ?? nothing);
  outage = view.missing?.why;
  byId("at").textContent = `as of ${view.at}`;
  byId("source").textContent = `From ${view.prometheus}`;
  document.title = view.model ? `${view.model} · Slipway` : "Slipway";
  showChoices(view);
  byId("tiles").replaceChildren(...view.tiles.map(tile));
  showAlerts(view.alerts);
  showSections(view.sections);
}

function showChoices(view) {
  const state = JSON.stringify([view.models, view.model, view.range]);
  if (byId("ranges").dataset.state === state) return; // an open list stays open
  byId("ranges").dataset.state = state;
  byId("model").replaceChildren(...view.models.map((name) =>
    element("option", { value: name, textContent: name, selected: name === view.model })));
  byId("ranges").replaceChildren(...view.ranges.map((range) => {
    const button = element("button", { type: "button", textContent: range, onclick: () => choose("range", range) });
    button.setAttribute("aria-pressed", range === view.range);
    return button;
  }));
}

function choose(what, value) {
  chosen.set(what, value);
  for (const place of panels.values()) place.figure = null; // of something else
  history.replaceState(null, "", `?${chosen}`);
  look();
}

function tile(one) {
  const about = one.missing ? missing(one.missing) : one.about.replaceAll("`", "");
  const made = element("div", { className: `tile ${one.level}`, title: about },
    element("span", { className: "name", textContent: one.title }),
    element("strong", { textContent: one.text }));
  if (one.missing) made.append(element("p", { className: "missing", textContent: `missing since ${one.missing.since}` }));
  return made;
}

function showAlerts(alerts) {
  tell(byId("alerts").querySelector(".missing"), missing(alerts.missing));
  const list = alerts.list.map(alert);
  if (!list.length && !alerts.missing) {
    list.push(element("li", { className: "none", textContent: "Nothing fires, and nothing is about to." }));
  }
  byId("alerts").querySelector("ul").replaceChildren(...list);
}

function alert(one) {
  const facts = element("div", { className: "facts" },
    element("span", { className: "severity", textContent: one.severity }),
    element("span", { textContent: one.name }),
    element("span", { textContent: `${one.state} since ${one.since}` }));
  if (one.runbook?.url) {
    facts.append(element("a", { href: one.runbook.url, target: "_blank", rel: "noopener", textContent: "runbook" }));
  } else if (one.runbook) {
    facts.append(element("span", { textContent: one.runbook.text }));
  }
  const known = ["page", "ticket", "none"].includes(one.severity) ? one.severity : "ticket";
  const made = element("li", { className: `${known} ${one.state}` }, facts, element("div", { textContent: one.summary }));
  if (one.description) made.append(element("p", { textContent: one.description }));
  return made;
}

function showSections(sections) {
  const keys = sections.flatMap((section) => section.panels.map((panel) => panel.key));
  if (byId("sections").dataset.keys !== keys.join()) {
    byId("sections").dataset.keys = keys.join();
    byId("sections").replaceChildren(...sections.map((section) => element("section", {},
      element("h2", { textContent: section.title }),
      element("div", { className: "panels" }, ...section.panels.map(frame)))));
  }
  for (const section of sections) section.panels.forEach(showPanel);
}

function frame(panel) {
  if (panels.has(panel.key)) return panels.get(panel.key).article;
  const plot = element("div", { className: "plot" });
  const empty = element("p", { className: "empty", hidden: true });
  const why = element("p", { className: "missing", hidden: true });
  const made = element("article", { className: "panel" },
    element("h3", { textContent: panel.title }),
    element("p", { className: "about" }, ...prose(panel.about)),
    why,
    element("div", { className: "drawing" }, plot, empty));
  panels.set(panel.key, { article: made, plot, empty, why, figure: null });
  return made;
}

function showPanel(panel) {
  const place = panels.get(panel.key);
  tell(place.why, missing(panel.missing));
  place.article.classList.toggle("stale", Boolean(panel.missing));
  if (panel.missing && place.figure) return; // what was seen last stays, paler
  tell(place.empty, panel.missing || panel.traces.length ? null : "nothing recorded in this time");
  place.figure = { traces: panel.traces, axes: panel.axes };
  draw(place);
}

function draw({ plot, figure }) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const longest = Math.max(0, ...figure.traces.map((trace) => trace.name.length));
  const perRow = Math.max(1, Math.floor((plot.clientWidth - LEFT) / (LEGEND_LINE + LETTER * longest)));
  const legend = Math.ceil(figure.traces.length / perRow) * LEGEND_ROW;
  const labels = figure.axes.xaxis.type === "category" ? SLANTED_LABELS : LABELS;
  const axis = { visible: figure.traces.length > 0, gridcolor: colour("--line"), linecolor: colour("--line"), zerolinecolor: colour("--line"), fixedrange: true };
  Plotly.react(plot, figure.traces, {
    width: plot.clientWidth, // measured anew each time, because a window changes its size
    height: PLOT_HEIGHT + legend,
    margin: { l: LEFT, r: 12, t: 12, b: labels + legend },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("--muted"), family: "system-ui, sans-serif", size: 12 },
    hovermode: "x unified",
    uirevision: String(chosen), // what was hidden in the legend stays so
    hoverlabel: { namelength: -1, bgcolor: colour("--card"), bordercolor: colour("--line"), font: { color: colour("--text") } },
    dragmode: false,
    barmode: "group",
    showlegend: true,
    legend: { orientation: "h", x: 0, xanchor: "left", y: 0, yref: "container", yanchor: "bottom", font: { size: 11 } },
    xaxis: { ...axis, ...figure.axes.xaxis },
    yaxis: { ...axis, ...figure.axes.yaxis, nticks: 5 },
  }, { displayModeBar: false });
}

function drawAll() {
  for (const place of panels.values()) if (place.figure) draw(place);
}

byId("model").addEventListener("change", (event) => choose("model", event.target.value));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("resize", drawAll);
document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : look());
look();
