/**
 * UCUM's code for each unit that instructions are written in. One that is not here travels as the plant's
 * own word under a scheme of its own: never a code that nobody has checked.
 */
const ucumCodes: Readonly<Record<string, string>> = {
  "": "1",
  "%": "%",
  "°": "deg",
  deg: "deg",
  "°C": "Cel",
  "°F": "[degF]",
  A: "A",
  bar: "bar",
  cm: "cm",
  cN·m: "cN.m",
  ft: "[ft_i]",
  g: "g",
  h: "h",
  in: "[in_i]",
  in·lbf: "[in_i].[lbf_av]",
  kg: "kg",
  kN: "kN",
  kPa: "kPa",
  kV: "kV",
  lb: "[lb_av]",
  lbf·ft: "[lbf_av].[ft_i]",
  lbf·in: "[lbf_av].[in_i]",
  m: "m",
  mA: "mA",
  min: "min",
  mm: "mm",
  MPa: "MPa",
  ms: "ms",
  mV: "mV",
  mΩ: "mOhm",
  MΩ: "MOhm",
  N: "N",
  "N.m": "N.m",
  N·m: "N.m",
  Nm: "N.m",
  Pa: "Pa",
  "%RH": "%{RH}",
  psi: "[psi]",
  s: "s",
  V: "V",
  W: "W",
  µm: "um",
  μm: "um",
  Ω: "Ohm",
};
/** The edition whose codes these are. */
const ucumVersion = "2.1";

export const unitCode = (unit: string) => {
  const code = Object.hasOwn(ucumCodes, unit) ? ucumCodes[unit] : undefined;
  return code === undefined
    ? { scheme: "plant-unit", code: unit, label: unit }
    : { scheme: "UCUM", code, label: unit === "" ? "pieces" : unit, schemeVersion: ucumVersion };
};

/** So many pieces. */
export const pieces = (value: string) => ({ value, unit: unitCode("") });
