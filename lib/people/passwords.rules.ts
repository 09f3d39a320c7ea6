/** The commonest of the published lists that are eight characters or longer, and our own name. */
const common = new Set(
  `password password1 password12 password123 password1234 passw0rd p@ssword p@ssw0rd pa55word
  12345678 123456789 1234567890 12345678910 87654321 987654321 0987654321 11111111 00000000 22222222
  88888888 99999999 12121212 11223344 1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx zaq12wsx qwertyui
  qwerty12 qwerty123 qwerty1234 qwertyuiop qwertz123 asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345
  abcdefgh a1b2c3d4 aa123456 iloveyou iloveyou1 sunshine princess football baseball basketball
  superman batman123 trustno1 starwars whatever michael1 jennifer jordan23 computer internet
  letmein1 letmein123 welcome1 welcome12 welcome123 changeme changeme1 administrator admin123
  admin1234 administrador master123 dragon123 monkey123 shadow123 charlie1 liverpool chocolate
  samsung1 corvette mercedes maverick december november september summer2025 summer2026 winter2025
  winter2026 spring2026 autumn2026 contraseña contrasena bienvenido hola1234 buyoff123 buyoff1234`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

export const passwordLengthMin = 8;

/** Length and not being everybody's; no rules of composition, which only make passwords alike. */
export function isPasswordAcceptable(password: string): boolean {
  const length = [...password].length;
  if (length < passwordLengthMin || length > 200) return false;
  return !common.has(password.toLowerCase()) && new Set(password).size > 2;
}

/** Six to twelve digits that aren't a run and hold three different ones at least. */
export function isPinAcceptable(pin: string): boolean {
  const isRun = "01234567890".includes(pin) || "09876543210".includes(pin);
  return /^\d{6,12}$/.test(pin) && !isRun && new Set(pin).size >= 3;
}
