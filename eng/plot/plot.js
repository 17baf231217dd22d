// What src/BadNets.Samples/Reporting/Page/report.js uses.
export { areaY, axisX, axisY, cell, dot, gridX, gridY, line, plot, pointer, pointerY, ruleX, ruleY, text, tickX, tip } from "@observablehq/plot";
