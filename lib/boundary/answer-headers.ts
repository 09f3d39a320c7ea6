// Shared by next.config.js, which runs before anything is built, and by the web process: no imports.

/** On every answer, errors and files included; pages get their Content-Security-Policy in proxy.ts. */
export const onEveryAnswer: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy":
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
};

/** On what is no page: nothing in it may run, wherever it is shown. */
export const onData: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
};
