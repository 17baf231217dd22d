// Makes the page's charts and tables interactive. Without it, the page shows static drawings and plain tables.
"use strict";
(() => {
  const dataElement = document.getElementById("data");
  const data = dataElement ? JSON.parse(dataElement.textContent) : { runs: [], charts: [] };
  const svgNamespace = "http://www.w3.org/2000/svg";
  // As in the static drawings.
  const colors = 7, dashes = [null, "10 4", "3 3", "12 4 3 4", "20 5", "6 3"];
  const fontSize = 13, lineHeight = 16;

  document.documentElement.classList.add("js");

  // ---- Small tools

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function svg(name, attributes, text) {
    const made = document.createElementNS(svgNamespace, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = `${fontSize}px ${getComputedStyle(document.body).fontFamily}`;
  const widthOf = text => canvas.measureText(text).width;

  function cut(text, width) {
    if (widthOf(text) <= width) return text;
    let length = text.length - 1;
    while (length > 1 && widthOf(text.slice(0, length) + "…") > width) length--;
    return text.slice(0, length) + "…";
  }

  const color = index => `var(--s${index % colors})`;
  const dash = index => dashes[index % dashes.length];
  const percent = value => `${value.toFixed(2)}%`;
  const format = (axis, value) => axis.percent ? percent(value) : `${Math.round(value * 1e4) / 1e4}`;

  // Moves places apart that are closer than a gap, and keeps their order.
  function spread(places, gap, least, most) {
    const order = places.map((_, index) => index).sort((a, b) => places[a] - places[b]);
    const result = [...places];
    let below = -Infinity;
    for (const index of order) below = result[index] = Math.max(least, result[index], below + gap);
    let above = Math.max(most, least + (places.length - 1) * gap) + gap;
    for (const index of order.reverse()) above = result[index] = Math.min(result[index], above - gap);
    return result;
  }

  // ---- Highlighting and isolating runs, the same in charts, tables, and images

  let isolated = [];
  const selectorOf = runs => runs.map(run => `[data-runs~="${run}"]`).join();

  function light(runs) {
    for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (runs?.length) for (const same of document.querySelectorAll(selectorOf(runs))) same.classList.add("lit");
  }

  const bar = element("div", { class: "isolation", role: "status" });
  document.body.append(bar);

  function isolate(runs) {
    const same = runs.length === isolated.length && runs.every(run => isolated.includes(run));
    isolated = same ? [] : runs;
    document.body.classList.toggle("isolated", isolated.length > 0);
    bar.replaceChildren();
    if (isolated.length > 0) {
      const all = element("button", { type: "button" }, "Show all runs");
      all.addEventListener("click", () => isolate([]));
      const names = isolated.slice(0, 3).map(run => data.runs[run]).join("; ") + (isolated.length > 3 ? `; and ${isolated.length - 3} more` : "");
      bar.append(element("span", {}, `Shown: ${names}`), all);
    }

    markIsolated(document);
  }

  function markIsolated(root) {
    for (const chosen of root.querySelectorAll(".chosen")) chosen.classList.remove("chosen");
    if (isolated.length > 0) for (const chosen of root.querySelectorAll(selectorOf(isolated))) chosen.classList.add("chosen");
    for (const button of root.querySelectorAll("[aria-pressed]")) {
      const runs = (button.closest("[data-runs]")?.dataset.runs ?? "").split(" ").map(Number);
      button.setAttribute("aria-pressed", isolated.length > 0 && runs.every(run => isolated.includes(run)));
    }
  }

  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && isolated.length > 0) isolate([]);
  });

  // ---- Charts

  // Tags what a mark draws with the runs that it shows.
  const tagAll = runs => (index, scales, values, dimensions, context, next) => {
    const group = next(index, scales, values, dimensions, context);
    group.dataset.runs = runs.join(" ");
    return group;
  };

  const tagEach = rows => (index, scales, values, dimensions, context, next) => {
    const group = next(index, scales, values, dimensions, context);
    index.forEach((row, place) => {
      if (group.children[place]) group.children[place].dataset.runs = rows[row].runs.join(" ");
    });
    return group;
  };

  // Names that would overlap go to a lower line; those that fit on none of three lines are left out, but their ticks stay.
  function stagger(ticks, place) {
    const ends = [-Infinity, -Infinity, -Infinity];
    return ticks.map(([at, text]) => {
      const half = widthOf(text) / 2, level = ends.findIndex(end => end + 8 <= place(at) - half);
      if (level >= 0) ends[level] = place(at) + half;
      return { at, text, level };
    });
  }

  // What is written beside an item, which has a whole name for screen readers.
  const name = (runs, text, attributes) => svg("text", { ...attributes, "data-runs": runs.join(" "), "aria-hidden": "true", fill: "currentColor", "pointer-events": "none" }, text);

  const plotStyle = { background: "transparent", color: "currentColor", fontFamily: "inherit", fontSize: `${fontSize}px`, overflow: "visible" };
  const tipStyle = { fill: "var(--paper)", stroke: "var(--soft)", fontSize, lineHeight: 1.3 };

  function drawSeries(chart, width) {
    const narrow = width < 520;
    const labels = chart.series.filter(series => series.label);
    const labelWidth = Math.min(narrow ? width * 0.34 : 240, Math.max(0, ...labels.map(series => widthOf(series.label))));
    const marginRight = labels.length > 0 ? labelWidth + 30 : 20, marginLeft = 56, marginTop = 30;
    const left = marginLeft, right = width - marginRight;
    const placeX = value => left + (value - chart.x.least) / (chart.x.most - chart.x.least) * (right - left);
    const ticks = chart.x.ticks ? stagger(chart.x.ticks, placeX) : null;
    const levels = ticks ? Math.max(...ticks.map(tick => tick.level)) : 0;
    const marginBottom = 42 + levels * lineHeight;
    const height = Math.max(narrow ? 280 : Math.min(400, Math.max(290, width * 0.36)), labels.length * lineHeight + marginTop + marginBottom);
    const bottom = height - marginBottom;
    const placeY = value => bottom - (value - chart.y.least) / (chart.y.most - chart.y.least) * (bottom - marginTop);

    const all = chart.series.map((series, index) => series.values.map((mean, place) => {
      const x = series.at ? series.at[place] : place, runs = series.pointRuns ? series.pointRuns[place] : series.runs;
      const low = series.low?.[place] ?? mean, high = series.high?.[place] ?? mean;
      const where = chart.x.ticks ? chart.x.ticks.find(tick => tick[0] === x)?.[1] ?? x : `${chart.x.title} ${x}`;
      const range = series.low && high > low ? ` (${format(chart.y, low)} to ${format(chart.y, high)})` : "";
      return { x, mean, low, high, runs, index, title: `${series.label ? `${series.label}\n` : ""}${where}: ${format(chart.y, mean)}${range}` };
    }));

    const marks = [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 6 }),
      Plot.axisY({ ticks: 6, tickSize: 0, tickFormat: value => chart.y.percent ? `${value}%` : `${value}`, label: chart.y.title, labelArrow: "none", labelAnchor: "top" }),
    ];
    if (ticks) {
      for (let level = 0; level <= levels; level++) {
        const names = ticks.filter(tick => tick.level === level);
        marks.push(Plot.axisX(names.map(tick => tick.at), {
          tickFormat: at => names.find(tick => tick.at === at)?.text ?? "", tickPadding: 3 + level * lineHeight,
          label: level === levels ? chart.x.title : null, labelArrow: "none", labelAnchor: "center", labelOffset: marginBottom - 6,
        }));
      }
    } else {
      marks.push(Plot.axisX({ ticks: narrow ? 5 : 10, tickFormat: value => Number.isInteger(value) ? `${value}` : "", label: chart.x.title, labelArrow: "none", labelAnchor: "center", labelOffset: marginBottom - 6 }));
    }

    all.forEach((points, index) => {
      const render = tagAll(chart.series[index].runs);
      if (chart.series[index].low) {
        marks.push(chart.dots
          ? Plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke: color(index), strokeWidth: 2, render: tagEach(points) })
          : Plot.areaY(points, { x: "x", y1: "low", y2: "high", fill: color(index), fillOpacity: 0.18, render }));
      }

      if (chart.joined) marks.push(Plot.line(points, { x: "x", y: "mean", stroke: color(index), strokeWidth: 2.2, strokeDasharray: dash(index), strokeLinejoin: "round", render }));
      if (chart.dots || points.length < 8) marks.push(Plot.dot(points, { x: "x", y: "mean", fill: color(index), r: 4.5, render: tagEach(points) }));
    });
    marks.push(Plot.tip(all.flat(), Plot.pointer({ x: "x", y: "mean", title: "title", ...tipStyle })));
    const plot = Plot.plot({
      width, height, marginLeft, marginRight, marginTop, marginBottom, style: plotStyle, marks,
      x: { domain: [chart.x.least, chart.x.most], axis: null }, y: { domain: [chart.y.least, chart.y.most], axis: null },
    });

    const items = [];
    const ends = labels.map(series => all[chart.series.indexOf(series)].at(-1));
    const places = spread(ends.map(end => placeY(end.mean)), lineHeight, marginTop, bottom);
    labels.forEach((series, place) => {
      const end = ends[place], at = places[place];
      const item = svg("g", { "data-runs": series.runs.join(" ") });
      item.append(
        svg("rect", { x: right, y: at - lineHeight / 2, width: marginRight, height: lineHeight, fill: "transparent" }),
        svg("path", { d: `M${placeX(end.x)},${placeY(end.mean)}L${right + 6},${at}H${right + 20}`, fill: "none", stroke: color(end.index), "stroke-width": 1.5 }));
      items.push({ node: item, runs: series.runs, text: `${series.label}: ${format(chart.y, end.mean)} at the end` });
      plot.append(name(series.runs, cut(series.label, labelWidth + 2), { x: right + 24, y: at, dy: "0.35em", "text-anchor": "start" }), item);
    });
    if (labels.length === 0 && chart.dots) {
      const taken = [];
      for (const point of all.flat()) {
        const item = svg("g", { "data-runs": point.runs.join(" ") }), x = placeX(point.x), y = placeY(point.mean), text = format(chart.y, point.mean), half = widthOf(text) / 2;
        item.append(svg("circle", { cx: x, cy: y, r: 11, fill: "transparent" }));
        const label = [y - 13, y + 19].find(top => !taken.some(other => Math.abs(other.x - x) < other.half + half + 3 && Math.abs(other.y - top) < lineHeight));
        if (label !== undefined && all.flat().length <= 12) {
          taken.push({ x, y: label, half });
          plot.append(name(point.runs, text, { x, y: label, class: "value", "text-anchor": "middle", dy: "0.2em" }));
        }

        items.push({ node: item, runs: point.runs, text: point.title.replace("\n", ", ") });
        plot.append(item);
      }
    }

    return { plot, items };
  }

  function drawDots(chart, width) {
    const rowHeight = 25, marginTop = 8, marginBottom = 44, marginRight = 22;
    const rows = chart.rows.map((row, index) => ({
      ...row, index, runs: [row.run],
      title: [row.label, ...chart.measures.map((name, measure) => `${name}: ${format(chart.x, row.values[measure])}`),
        ...(row.published === null ? [] : [`published: ${format(chart.x, row.published)}`])].join("\n"),
    }));
    const marginLeft = Math.min(width * 0.55, Math.max(...rows.map(row => widthOf(row.label))) + 16);
    const height = marginTop + rows.length * rowHeight + marginBottom;
    const placeX = value => marginLeft + (value - chart.x.least) / (chart.x.most - chart.x.least) * (width - marginLeft - marginRight);
    const placeY = index => marginTop + (index + 0.5) * rowHeight;
    const marks = [
      Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
      Plot.ruleY(rows, { y: "index", stroke: "var(--line)" }),
      Plot.axisX({ ticks: width < 520 ? 3 : 5, tickFormat: value => `${value}%`, label: chart.x.title, labelArrow: "none", labelAnchor: "center", labelOffset: marginBottom - 6 }),
      Plot.tickX(rows.filter(row => row.published !== null), { x: "published", y: "index", stroke: "currentColor", strokeWidth: 2, inset: 4 }),
      ...chart.measures.map((_, measure) => Plot.dot(rows, {
        x: row => row.values[measure], y: "index", r: 5, symbol: measure === 0 ? "circle" : "square", strokeWidth: 2,
        fill: measure === 0 ? color(measure) : "none", stroke: color(measure), render: tagEach(rows),
      })),
      Plot.tip(rows, Plot.pointerY({ x: row => row.values[0], y: "index", title: "title", ...tipStyle })),
    ];
    const plot = Plot.plot({
      width, height, marginLeft, marginRight, marginTop, marginBottom, style: plotStyle, marks,
      x: { domain: [chart.x.least, chart.x.most], axis: null }, y: { type: "band", domain: rows.map(row => row.index), padding: 0, axis: null },
    });

    const items = rows.map(row => {
      const item = svg("g", { "data-runs": row.run });
      item.append(svg("rect", { x: 0, y: placeY(row.index) - rowHeight / 2, width, height: rowHeight, fill: "transparent" }));
      plot.append(name(row.runs, cut(row.label, marginLeft - 14), { x: marginLeft - 10, y: placeY(row.index), dy: "0.35em", "text-anchor": "end" }), item);
      return { node: item, runs: row.runs, text: row.title.replaceAll("\n", ", ") };
    });
    if (chart.measures.length > 1) {
      // Where the dots are farthest apart.
      const distance = row => Math.abs(row.values[0] - row.values[1]);
      const widest = rows.reduce((best, row) => distance(row) > distance(best) ? row : best);
      if (distance(widest) > 20) {
        chart.measures.forEach((name, measure) => {
          const isLeft = widest.values[measure] === Math.min(...widest.values);
          plot.append(svg("text", { class: "direct", x: placeX(widest.values[measure]) + (isLeft ? 10 : -10), y: placeY(widest.index), dy: "0.35em", "text-anchor": isLeft ? "start" : "end", fill: "currentColor" }, name));
        });
      }
    }

    return { plot, items };
  }

  function drawMap(chart, width) {
    const marginLeft = Math.min(width * 0.4, Math.max(...chart.rows.map(widthOf)) + 14), marginRight = 8, marginTop = 26;
    const cellWidth = Math.max(44, (width - marginLeft - marginRight) / chart.columns.length);
    const turned = chart.columns.some(name => widthOf(name) > cellWidth - 6);
    const marginBottom = (turned ? Math.min(160, Math.max(...chart.columns.map(widthOf))) + 14 : 24) + 22;
    const cells = chart.cells.map(cell => ({ ...cell, title: `${chart.rows[cell.row]}, ${chart.columns[cell.column]}: ${cell.text.replace("\n", ", ")}` }));
    const plot = Plot.plot({
      width: marginLeft + marginRight + cellWidth * chart.columns.length, height: marginTop + marginBottom + 38 * chart.rows.length,
      marginLeft, marginRight, marginTop, marginBottom, style: plotStyle, color: { type: "identity" },
      x: { type: "band", domain: chart.columns.map((_, index) => index), padding: 0.04, axis: null },
      y: { type: "band", domain: chart.rows.map((_, index) => index), padding: 0.04, axis: null },
      marks: [
        Plot.axisX({ tickSize: 0, tickFormat: index => cut(chart.columns[index], 160), tickRotate: turned ? -90 : 0, label: chart.across, labelArrow: "none", labelAnchor: "center", labelOffset: marginBottom - 4 }),
        Plot.axisY({ tickSize: 0, tickFormat: index => cut(chart.rows[index], marginLeft - 10), label: chart.down, labelArrow: "none", labelAnchor: "top" }),
        Plot.cell(cells, { x: "column", y: "row", fill: cell => cell.fill ?? "transparent", stroke: "var(--soft)", strokeOpacity: 0.5, render: tagEach(cells) }),
        Plot.text(cells, { x: "column", y: "row", text: "text", fill: cell => cell.ink ?? "currentColor", fontSize: 12, pointerEvents: "none" }),
        Plot.tip(cells, Plot.pointer({ x: "column", y: "row", title: "title", ...tipStyle })),
      ],
    });
    const drawn = [...plot.querySelectorAll("rect[data-runs]")];
    return { plot, items: drawn.map((node, index) => ({ node, runs: cells[index].runs, text: cells[index].title })) };
  }

  const drawings = { series: drawSeries, dots: drawDots, map: drawMap };

  // One stop for the tabulator key; the arrow keys move between the items of a chart.
  function makeOperable(items, readout) {
    items.forEach(({ node, runs, text }, index) => {
      node.classList.add("item");
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", text);
      node.setAttribute("aria-pressed", "false");
      node.setAttribute("tabindex", index === 0 ? "0" : "-1");
      node.addEventListener("focus", () => {
        light(runs);
        readout.textContent = text;
      });
      node.addEventListener("blur", () => {
        light([]);
        readout.textContent = "";
      });
      node.addEventListener("mouseenter", () => light(runs));
      node.addEventListener("keydown", event => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          isolate(runs);
        } else if (step) {
          event.preventDefault();
          const next = items[(index + step + items.length) % items.length].node;
          node.setAttribute("tabindex", "-1");
          next.setAttribute("tabindex", "0");
          next.focus();
        }
      });
    });
  }

  function draw(holder, width) {
    const chart = data.charts[holder.dataset.chart];
    if (width < 50) return;
    const { plot, items } = drawings[chart.kind](chart, width);
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", holder.closest("figure").querySelector("figcaption strong").textContent);
    for (const group of plot.children) {
      group.removeAttribute("aria-label");
      if (!items.some(item => group.contains(item.node))) group.setAttribute("aria-hidden", "true");
    }

    for (const labeled of plot.querySelectorAll("[aria-label]")) labeled.removeAttribute("aria-label");
    let readout = holder.parentElement.nextElementSibling;
    if (!readout?.classList.contains("readout")) {
      readout = element("p", { class: "readout", "aria-hidden": "true" });
      holder.parentElement.after(readout);
    }

    makeOperable(items, readout);
    plot.addEventListener("input", () => light(plot.value?.runs));
    plot.addEventListener("pointerleave", () => light([]));
    plot.addEventListener("click", event => {
      const runs = event.target.closest?.("[data-runs]")?.dataset.runs.split(" ").map(Number) ?? plot.value?.runs;
      if (runs) isolate(runs);
    });
    holder.replaceChildren(plot);
    holder.dataset.width = width;
    // It fits its place, so there is nothing to scroll, and nothing to stop at.
    if (plot.width.baseVal.value <= width + 1) holder.parentElement.removeAttribute("tabindex");
    markIsolated(holder);
  }

  const holders = [...document.querySelectorAll("[data-chart]")];
  const drawIfNeeded = holder => {
    const width = Math.floor(holder.parentElement.clientWidth);
    if (Math.abs(width - (holder.dataset.width ?? 0)) > 1) draw(holder, width);
  };
  const visible = new Set();
  const observer = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        visible.add(target);
        drawIfNeeded(target);
      } else {
        visible.delete(target);
      }
    }
  }, { rootMargin: "300px" });
  const resized = new ResizeObserver(entries => requestAnimationFrame(() => {
    for (const { target } of entries) if (visible.has(target.firstElementChild)) drawIfNeeded(target.firstElementChild);
  }));
  for (const holder of holders) {
    observer.observe(holder);
    resized.observe(holder.parentElement);
  }

  // Those that are farther down are drawn while nobody waits.
  const idle = window.requestIdleCallback ?? (callback => setTimeout(callback, 50));
  const waiting = [...holders];
  const drawNext = () => {
    const holder = waiting.shift();
    if (!holder) return;
    drawIfNeeded(holder);
    idle(drawNext);
  };
  idle(drawNext);

  // The width of a sheet of A4 paper without its margins; two figures stand side by side.
  const printed = holder => holder.closest(".figures") && !holder.closest("figure").matches(":last-child:nth-child(odd)") ? 330 : 680;
  addEventListener("beforeprint", () => holders.forEach(holder => draw(holder, printed(holder))));
  addEventListener("afterprint", () => holders.forEach(drawIfNeeded));

  // ---- Tables

  function makeSortable(table, toolbar) {
    const body = table.tBodies[0], headers = [...table.tHead.rows[0].cells];
    const keyOf = (row, column) => {
      const cell = row.cells[column];
      return cell.dataset.key === undefined ? cell.textContent : Number(cell.dataset.key);
    };
    const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : `${a}`.localeCompare(`${b}`, "en", { numeric: true });
    const sort = (column, descending) => {
      headers.forEach((header, index) => header.setAttribute("aria-sort", index === column ? descending ? "descending" : "ascending" : "none"));
      const rows = [...body.rows].map(row => [keyOf(row, column), row]).sort(([a], [b]) => descending ? compare(b, a) : compare(a, b));
      body.append(...rows.map(([, row]) => row));
    };
    const select = element("select", {}, element("option", { value: "" }, "Sort by …"));
    headers.forEach((header, column) => {
      const name = header.textContent, isNumber = column > 0 && body.rows[0]?.cells[column].dataset.key !== undefined;
      const button = element("button", { type: "button" }, name);
      button.addEventListener("click", () => {
        const now = header.getAttribute("aria-sort");
        sort(column, now === "descending" ? false : now === "ascending" ? true : isNumber);
      });
      header.replaceChildren(button);
      header.setAttribute("aria-sort", "none");
      for (const [suffix, descending] of isNumber ? [["highest first", 1], ["lowest first", 0]] : [["A to Z", 0]])
        select.append(element("option", { value: `${column} ${descending}` }, `${name}, ${suffix}`));
    });
    select.addEventListener("change", () => {
      if (select.value) sort(...select.value.split(" ").map(Number));
    });
    toolbar.append(element("label", { class: "sort" }, "Sort ", select));
  }

  function makeFilterable(table, toolbar) {
    const input = element("input", { type: "search", autocomplete: "off" }), count = element("span", { role: "status" });
    const rows = [...table.tBodies[0].rows], texts = rows.map(row => row.textContent.toLowerCase());
    const filter = () => {
      const words = input.value.toLowerCase().split(" ").filter(Boolean);
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every(word => texts[index].includes(word));
        if (!row.hidden) shown++;
      });
      count.textContent = words.length > 0 ? `${shown} of ${rows.length}` : "";
    };
    input.addEventListener("input", filter);
    toolbar.append(element("label", {}, "Filter ", input), count);
    // A link may lead to a row that the filter hides.
    addEventListener("hashchange", () => {
      const target = document.getElementById(location.hash.slice(1));
      if (target?.hidden && table.contains(target)) {
        input.value = "";
        filter();
        target.scrollIntoView();
      }
    });
  }

  function linkRows(table) {
    for (const row of table.tBodies[0].rows) {
      const runs = [Number(row.dataset.runs)], button = element("button", { type: "button", "aria-pressed": "false", title: "Show only this run" }, row.cells[0].textContent);
      button.addEventListener("click", () => isolate(runs));
      row.cells[0].replaceChildren(button);
    }

    const over = event => {
      const row = event.target.closest("tr[data-runs]");
      light(row ? [Number(row.dataset.runs)] : []);
    };
    table.addEventListener("mouseover", over);
    table.addEventListener("focusin", over);
    table.addEventListener("mouseleave", () => light([]));
    table.addEventListener("focusout", () => light([]));
  }

  // Cards are not displayed as a table, which takes the table's meaning from screen readers.
  const cards = matchMedia("(max-width: 40rem)");

  function keepMeaning(table) {
    if (!cards.matches || table.getAttribute("role") === "table") return;
    table.setAttribute("role", "table");
    for (const group of [table.tHead, ...table.tBodies]) group.setAttribute("role", "rowgroup");
    for (const row of table.rows) {
      row.setAttribute("role", "row");
      for (const cell of row.cells) cell.setAttribute("role", cell.tagName === "TD" ? "cell" : cell.scope === "row" ? "rowheader" : "columnheader");
    }
  }

  for (const table of document.querySelectorAll("table.runs, table.compared")) {
    const toolbar = element("div", { class: "toolbar" });
    if (table.matches(".runs")) makeFilterable(table, toolbar);
    linkRows(table);
    makeSortable(table, toolbar);
    keepMeaning(table);
    cards.addEventListener("change", () => keepMeaning(table));
    table.parentElement.before(toolbar);
  }

  // ---- Commands

  for (const command of document.querySelectorAll(".command")) {
    const button = element("button", { type: "button" }, "Copy");
    button.addEventListener("click", async () => {
      const code = command.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        // Without permission, the reader copies the selection.
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }

      setTimeout(() => button.textContent = "Copy", 2000);
    });
    command.append(button);
  }
})();
