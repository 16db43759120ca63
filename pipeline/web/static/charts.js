"use strict";
// Draws every element with data-chart from its data-values. Tooltips are drawn on the canvas: HTML ones carry inline styles,
// which the content security policy refuses. Each drawing has the same numbers in a table beside it.
(function () {
  const drawn = new Map();

  function colour(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function palette() {
    const names = ["text", "muted", "line", "surface", "accent", "p1", "p2", "p3", "p4", "warn", "alert", "good", "raised", "good-text", "warn-text", "alert-text"];
    return Object.fromEntries(names.map((name) => [name, colour(name)]));
  }

  const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
  const series = () => dark()
    ? ["#7fc8e6", "#ffb454", "#8fd6a8", "#d5a6ff", "#ff9d94", "#c9d26a", "#9fb0bd"]
    : ["#0b5c7a", "#b35900", "#23794a", "#6b3fa0", "#b3261e", "#6f7a00", "#52616d"];

  function tooltip(paint, extra) {
    return { renderMode: "richText", confine: true, backgroundColor: paint.surface, borderColor: paint.line, textStyle: { color: paint.text, fontSize: 13 }, ...extra };
  }

  function axes(paint) {
    return { axisLine: { lineStyle: { color: paint.line } }, axisTick: { show: false }, axisLabel: { color: paint.muted, fontSize: 12, hideOverlap: true }, splitLine: { lineStyle: { color: paint.line } } };
  }

  const kinds = {};

  const TONES = { low: "alert", low_molar_only: "warn", borderline: "warn", indeterminate: "warn", raised: "warn", at_or_above_10: "warn" };
  const WORDS = { low: "low", low_molar_only: "low by pmol/L", borderline: "borderline", indeterminate: "indeterminate", above: "above", not_raised: "not raised", raised: "raised", below_10: "below 10", at_or_above_10: "10 or more" };

  // The next number that reads well on an axis
  function round(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return power * [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value);
  }

  kinds.timeline = function (data, paint, element) {
    const narrow = element.clientWidth < 560;
    const left = narrow ? 98 : 150, right = narrow ? 10 : 92;
    const option = { animation: false, grid: [], xAxis: [], yAxis: [], series: [], tooltip: tooltip(paint, { trigger: "item" }), axisPointer: { link: [{ xAxisIndex: "all" }] } };
    const days = [...data.panels.flatMap((panel) => panel.points.map((point) => point.on)), ...data.lanes.flatMap((lane) => lane.spans.flatMap((span) => [span.from, span.to])), data.as_of].sort();
    const pad = Math.max(20 * 864e5, (Date.parse(data.as_of) - Date.parse(days[0])) * 0.03);
    const min = Date.parse(days[0]) - pad, max = Math.max(Date.parse(data.as_of), Date.parse(days[days.length - 1])) + pad;
    let top = 36;
    const time = (index, last) => ({ type: "time", gridIndex: index, min, max, ...axes(paint), splitLine: { show: false }, axisLabel: { ...axes(paint).axisLabel, show: last, formatter: "{yyyy}-{MM}" } });
    const shown = (panel, chosen, fill) => panel.points.filter(chosen).map((point) => ({ value: [point.on, point.value], reported: point.reported, standing: point.standing, itemStyle: { color: fill, borderColor: paint.accent, borderWidth: 2 } }));
    const told = (panel) => (at) => `${panel.name}  ${at.data.reported}\n${at.data.value[0]}, ${at.data.standing}`;
    const today = { silent: true, symbol: "none", animation: false, lineStyle: { color: paint.muted, type: "dashed" }, label: { show: false }, data: [{ xAxis: data.as_of }] };
    data.panels.forEach((panel, index) => {
      const height = index ? 74 : 170;
      const step = round(1.1 * Math.max(...panel.points.map((point) => point.value), ...panel.bands.map((band) => band.from || 0)) / (index ? 2 : 4));
      const highest = step * (index ? 2 : 4);
      option.grid.push({ left, right, top, height, outerBoundsMode: "none" });
      option.xAxis.push(time(option.xAxis.length, false));
      option.yAxis.push({ type: "value", gridIndex: index, min: 0, max: highest, interval: step, name: `${panel.name}  ${panel.unit}`, nameLocation: "end", nameGap: 14, nameTextStyle: { color: paint.text, fontWeight: 600, align: "left", padding: [0, 0, 0, -left + 8] }, ...axes(paint), splitLine: { show: false } });
      option.series.push({
        type: "line", name: panel.name, xAxisIndex: index, yAxisIndex: index, symbol: "circle", symbolSize: 9, lineStyle: { color: paint.accent, width: 1.5 },
        data: shown(panel, (point) => point.standing === "usable", paint.accent),
        tooltip: { formatter: told(panel) },
        markLine: index ? today : { ...today, label: { show: true, position: "end", formatter: "as of", color: paint.muted, fontSize: 11 } },
        markArea: { silent: true, data: panel.bands.map((band) => [
          { yAxis: band.from || 0, itemStyle: { color: TONES[band.answer] ? paint[TONES[band.answer]] : "transparent" }, label: { show: !narrow && band.answer !== "low_molar_only", position: "right", distance: 8, color: paint.muted, fontSize: 12, formatter: WORDS[band.answer] || band.answer } },
          { yAxis: band.to == null ? highest : Math.min(band.to, highest) },
        ]) },
      });
      option.series.push({ type: "scatter", name: panel.name, xAxisIndex: index, yAxisIndex: index, symbolSize: 9, data: shown(panel, (point) => point.standing !== "usable", paint.surface), tooltip: { formatter: told(panel) } });
      top += height + 46;
    });
    if (data.lanes.length) {
      const index = option.grid.length, row = 30, height = row * data.lanes.length;
      const names = data.lanes.map((lane) => lane.name);
      top -= data.panels.length ? 12 : 16;
      option.grid.push({ left, right, top, height, outerBoundsMode: "none" });
      option.xAxis.push(time(index, true));
      option.yAxis.push({ type: "category", gridIndex: index, inverse: true, data: names, ...axes(paint), axisLabel: { color: paint.text, fontSize: narrow ? 11 : 12, width: left - 10, overflow: "truncate" }, splitLine: { show: true, lineStyle: { color: paint.line } } });
      option.series.push({
        type: "custom", xAxisIndex: index, yAxisIndex: index, markLine: today,
        data: data.lanes.flatMap((lane, at) => lane.spans.map((span) => ({ value: [at, span.from, span.to, span.counts ? 1 : 0], span, lane: lane.name }))),
        encode: { x: [1, 2], y: 0 },
        tooltip: { formatter: (at) => `${at.data.lane}: ${at.data.span.label}\n${at.data.span.from}${at.data.span.to === at.data.span.from ? "" : " to " + at.data.span.to}${at.data.span.counts ? "" : "\n" + at.data.span.standing}` },
        renderItem: (_, api) => {
          const [x, y] = api.coord([api.value(1), api.value(0)]), end = api.coord([api.value(2), api.value(0)])[0];
          const isDay = end - x < 3, fill = isDay ? paint.p2 : paint.accent;
          const hollow = { fill: paint.surface, stroke: fill, lineWidth: 1.5, lineDash: [3, 2] };
          const style = api.value(3) ? { fill, opacity: isDay ? 1 : 0.75 } : hollow; // hollow: on file, but does not count
          if (isDay) return { type: "polygon", shape: { points: [[x, y - 7], [x + 7, y], [x, y + 7], [x - 7, y]] }, style };
          return { type: "rect", shape: { x, y: y - 7, width: end - x, height: 14, r: 3 }, style };
        },
      });
      top += height + 34;
    } else if (option.xAxis.length) {
      option.xAxis[option.xAxis.length - 1].axisLabel.show = true;
    }
    element.style.height = `${top}px`;
    return option;
  };

  kinds.lines = function (data, paint) {
    const percent = data.percent;
    const dashes = ["solid", "dashed", "dotted"], symbols = ["circle", "triangle", "rect", "diamond"]; // told apart without colours, too
    return {
      animation: false, color: series(), grid: { left: 56, right: 16, top: 38, bottom: 28 },
      legend: { type: "scroll", top: 0, left: 0, textStyle: { color: paint.text }, itemWidth: 30, pageTextStyle: { color: paint.muted } },
      tooltip: tooltip(paint, { trigger: "axis", valueFormatter: (value) => value == null ? "–" : percent ? `${(100 * value).toFixed(1)} %` : value.toLocaleString("en") }),
      xAxis: { type: "category", data: data.days, boundaryGap: data.days.length === 1, ...axes(paint) },
      yAxis: { type: "value", min: 0, ...axes(paint), axisLabel: { ...axes(paint).axisLabel, formatter: (value) => percent ? `${Math.round(100 * value)} %` : value.toLocaleString("en") } },
      series: data.series.map((line, at) => ({ type: "line", name: line.name, data: line.values, lineStyle: { type: dashes[at % dashes.length] }, symbol: symbols[at % symbols.length], symbolSize: data.days.length > 30 ? 4 : 7, connectNulls: true })),
    };
  };

  kinds.bars = function (data, paint, element) {
    element.style.height = `${data.names.length * 30 + 34}px`;
    const narrow = element.clientWidth < 480;
    return {
      animation: false, color: series(), grid: { left: narrow ? 128 : 200, right: 56, top: data.series.length > 1 ? 30 : 6, bottom: 6 }, tooltip: tooltip(paint, { trigger: "axis", axisPointer: { type: "shadow" } }),
      legend: { show: data.series.length > 1, top: 0, left: 0, textStyle: { color: paint.text } },
      xAxis: { type: "value", ...axes(paint), axisLabel: { show: false }, splitLine: { show: false } },
      yAxis: { type: "category", inverse: true, data: data.names, ...axes(paint), axisLabel: { color: paint.text, fontSize: 13, width: narrow ? 120 : 190, overflow: "truncate" } },
      series: data.series.map((line) => ({ type: "bar", name: line.name, data: line.values, barMaxWidth: 16, itemStyle: { borderRadius: [0, 3, 3, 0] }, label: { show: true, position: "right", color: paint.muted, formatter: (at) => at.value == null ? "–" : at.value.toLocaleString("en") } })),
    };
  };

  kinds.histogram = function (data, paint) {
    return {
      animation: false, color: series(), grid: { left: 48, right: 16, top: 40, bottom: 44 }, tooltip: tooltip(paint, { trigger: "axis", valueFormatter: (value) => value == null ? "–" : `${(100 * value).toFixed(1)} %` }),
      legend: { type: "scroll", top: 0, left: 0, textStyle: { color: paint.text }, pageTextStyle: { color: paint.muted }, icon: "roundRect", itemWidth: 14, itemHeight: 4 },
      xAxis: { type: "category", data: data.bins, name: data.unit, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: paint.muted }, ...axes(paint) },
      yAxis: { type: "value", ...axes(paint), axisLabel: { ...axes(paint).axisLabel, formatter: (value) => `${Math.round(100 * value)} %` } },
      series: data.series.map((line) => ({ type: "line", step: "middle", name: line.name, data: line.values, symbol: "none", lineStyle: { width: 2 } })),
    };
  };

  function draw(element) {
    const kept = drawn.get(element);
    if (kept) kept.dispose();
    const data = JSON.parse(element.dataset.values);
    const option = kinds[element.dataset.chart](data, palette(), element);
    const chart = echarts.init(element, null, { renderer: "canvas" });
    chart.setOption({ textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, ...option });
    drawn.set(element, chart);
  }

  function drawAll() {
    for (const element of [...drawn.keys()]) if (!element.isConnected) { drawn.get(element).dispose(); drawn.delete(element); }
    document.querySelectorAll("[data-chart]").forEach((element) => { if (!drawn.has(element)) draw(element); });
  }

  function again() { drawn.forEach((_, element) => draw(element)); }

  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(again, 150); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
})();
