-- Why: one mix serves several units, so a tablet brings along the mixes that run anywhere in the plant
-- with every unit it opens. They are found by what runs and since when, not by reading the clocks of years.
create index batch_clocks_site_id_clock_mixed_at_idx on batch_clocks (site_id, clock, mixed_at);
