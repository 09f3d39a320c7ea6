-- Why: a qualification that is withdrawn ends before its time, by an authority and with a reason. Its last
-- day is moved, so that every rule that asks for it sees it ended; that it was withdrawn, and did not just
-- run out, stands beside it. What was its last day before is in the record.
alter table person_qualifications
  add column withdrawn_on date,
  add column withdrawn_reason_sha256 text,
  add constraint person_qualifications_ended_by_withdrawal
    check (withdrawn_on is null or (valid_until is not null and valid_until < withdrawn_on));
