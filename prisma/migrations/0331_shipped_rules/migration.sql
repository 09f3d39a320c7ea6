-- Why: a newer product comes with other default rules than the one that a site was begun with, and nobody there heard of
-- it. What the product said when a version was made from it is kept with that version, so that the difference is known.
alter table routing_rule_versions add column shipped text;
update routing_rule_versions set shipped = content where author_id is null;
