/* Numbers as people read them; the same words as in the terminal. */

const UNITS = [[1, "ns", 1e3], [1e3, "µs", 1e6], [1e6, "ms", 1e9], [1e9, "s", 6e10]];
const STEPS = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800];

const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;
const rounded = (length, step) => Math.floor(length / step) + ((length % step) * 2 >= step ? 1 : 0);

/* Three significant digits; zeros at the end are left out only where the length is exactly that. */
const significant = (length, unit, limit) => {
  for (const parts of [100, 10, 1]) {
    const step = Math.max(Math.floor(unit / parts), 1);
    const steps = rounded(length, step);
    if (steps >= 1000 || steps * step >= limit) continue;
    const perUnit = unit / step;
    if (perUnit === 1) return String(steps);
    const digits = Math.round(Math.log10(perUnit));
    const fraction = String(steps % perUnit).padStart(digits, "0");
    const text = `${Math.floor(steps / perUnit)}.${fraction}`;
    return steps * step === length ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  }
  return null;
};

/* Nanoseconds as in `1.23 ms`, `1 m 04 s`, `1 d 02 h`. */
const duration = (nanoseconds) => {
  const sign = nanoseconds < 0 ? "-" : "";
  const length = Math.abs(nanoseconds);
  for (const [unit, name, limit] of UNITS) {
    const number = length < limit ? significant(length, unit, limit) : null;
    if (number !== null) return `${sign}${number} ${name}`;
  }
  const [unit, name, part, partName] =
    rounded(length, 1e9) < 3600 ? [6e10, "m", 1e9, "s"]
    : rounded(length, 6e10) < 1440 ? [3.6e12, "h", 6e10, "m"]
    : [8.64e13, "d", 3.6e12, "h"];
  const parts = rounded(length, part);
  const per = unit / part;
  return `${sign}${count(Math.floor(parts / per))} ${name} ${String(parts % per).padStart(2, "0")} ${partName}`;
};

/* The smallest number that is nice to read and at least so large. */
const niceStep = (least) => {
  least = Math.max(least, 1);
  if (least > 3e10) {
    const clock = STEPS.find((seconds) => seconds * 1e9 >= least);
    if (clock) return clock * 1e9;
  }
  const power = least > 3e10
    ? 8.64e13 * 10 ** Math.floor(Math.log10(least / 8.64e13))
    : 10 ** Math.floor(Math.log10(least) + 1e-9);
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9));
  return least > 3e10 ? step : Math.min(step, 3e10);
};

/* A place on the axis, with as many digits as its distance to the next one needs. */
const tickLabel = (offset, step) => {
  if (offset === 0) return "0";
  const size = Math.abs(offset);
  const [unit, name] = UNITS.find(([, , limit]) => size < limit) || [];
  if (!unit) {
    const seconds = size % 6e10;
    if (step >= 1e9 || size >= 3.6e12) return duration(offset);
    const digits = Math.min(9, Math.ceil(Math.log10(1e9 / step) - 1e-9));
    return `${offset < 0 ? "-" : ""}${Math.floor(size / 6e10)} m ${(seconds / 1e9).toFixed(digits).padStart(3 + digits, "0")} s`;
  }
  const digits = Math.max(0, Math.min(9, Math.ceil(Math.log10(unit / step) - 1e-9)));
  const text = (offset / unit).toFixed(digits);
  return `${digits ? text.replace(/0+$/, "").replace(/\.$/, "") : text} ${name}`;
};

/* A point in time to the millisecond, in the zone of whoever made the page. */
const clock = (nanoseconds, [seconds, name]) => {
  if (nanoseconds === 0n) return "unknown time";
  const at = new Date(Number(nanoseconds / 1000000n) + seconds * 1000);
  return `${at.toISOString().replace("T", " ").replace("Z", "")} ${name}`;
};
