-- Another price for each of many products took five times as long to write down as to write: how many variants an array has makes
-- PostgreSQL plan the two statements anew each time, and they are found by their ids whatever it has.
alter function note_variant_prices(bigint[]) set plan_cache_mode = force_generic_plan;
