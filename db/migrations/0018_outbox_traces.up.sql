alter table outbox add column trace_context text default nullif(current_setting('ava.trace_context', true), '');

comment on column outbox.trace_context is
  'The trace that made the row necessary, as a W3C traceparent; set by the transaction, null where nothing is traced.';
