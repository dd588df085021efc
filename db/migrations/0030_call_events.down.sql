drop table call_events;
