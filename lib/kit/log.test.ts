import { expect, it } from "vitest";
import { redacted } from "./log.ts";

it("writes no PIN, badge, password, secret or grant, however deep and however named", () => {
  const line = JSON.stringify(
    redacted({
      pin: "482917",
      request: { body: { badge: "BDG~7K2M9Q~w4Zp8RkT1vXc6NbH", currentPassword: "hunter2" } },
      tries: [{ grant: "aaa.bbb" }, { webhook_secret: "whsec_x" }],
      headers: { authorization: "Bearer t", cookie: "s=1" },
      text: "scanned BDG~7K2M9Q~w4Zp8RkT1vXc6NbH at the bench",
      error: new Error("sign-in with BDG~7K2M9Q~w4Zp8RkT1vXc6NbH failed"),
    }),
  );
  for (const secret of [
    "482917",
    "w4Zp8RkT1vXc6NbH",
    "hunter2",
    "aaa.bbb",
    "whsec_x",
    "Bearer",
    "s=1",
  ]) {
    expect(line).not.toContain(secret);
  }
});

it("leaves everything else as it is", () => {
  const entry = { spinning: true, badgeCount: 3, mapping: "a", at: 5, note: null, pinned: "yes" };
  expect(redacted(entry)).toEqual(entry);
});
