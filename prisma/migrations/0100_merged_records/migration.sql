-- Why: a QMS merges records (failure 46). Ours stays under the id it was made with, because its delivery and its
-- defect are known by that; this names the one that is left, to which updates go.
alter table external_records add column merged_into text;
