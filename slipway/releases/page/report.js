const byId = (id) => document.getElementById(id);
const report = JSON.parse(byId("document").textContent);
const plots = [];

function panel(one) {
  const plot = element("div", { className: "plot" });
  const drawing = element("div", { className: "drawing" }, plot);
  const made = element("article", { className: "panel" },
    element("h3", { textContent: one.title }),
    element("p", { className: "about" }, ...prose(one.about)));
  if (one.missing) made.append(element("p", { className: "missing", textContent: one.missing }));
  if (!one.traces.length) drawing.append(element("p", { className: "empty", textContent: "nothing is recorded of this time" }));
  made.append(drawing);
  plots.push({ plot, figure: one });
  return made;
}

function happened(one) {
  const made = element("li", { className: one.level }, element("div", { className: "facts" },
    element("strong", { textContent: one.what }),
    element("span", { textContent: one.at }),
    element("span", { textContent: one.entry })));
  if (one.text) made.append(element("p", { textContent: one.text }));
  return made;
}

function row(one) {
  const what = element("td", {}, element("strong", { textContent: one.title }), element("p", { textContent: one.about }));
  const cells = [one.canary, one.stable, one.value].map((text) => element("td", { textContent: text }));
  return element("tr", { className: one.bad ? "bad" : "" }, what, ...cells);
}

byId("title").textContent = report.title;
byId("verdict").textContent = report.verdict;
byId("verdict").className = report.level;
byId("reason").textContent = report.reason;
byId("reason").hidden = !report.reason;
byId("tiles").append(...report.tiles.map((one) => element("div", { className: `tile ${one.level}` },
  element("span", { className: "name", textContent: one.name }), element("strong", { textContent: one.text }))));
byId("timeline").append(...report.timeline.map(happened));
byId("judged").append(...report.judged.map(row));
byId("judgement").hidden = !report.judged.length;
byId("panels").append(...report.panels.map(panel));
byId("facts").append(...report.facts.flatMap((one) =>
  [element("dt", { textContent: one.name }), element("dd", { textContent: one.text })]));
byId("source").textContent = report.source;

const drawAll = () => plots.forEach(draw);
addEventListener("resize", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
drawAll();
