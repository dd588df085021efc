drop table calendar_busy, calendar_mirrors;
