-- Which nodes live, so that what a dead one left behind can be told from what a living one holds.

create table nodes (
  node_id text primary key check (node_id <> ''),
  role text not null check (role in ('server', 'worker', 'all')),
  started_at timestamptz not null,
  heartbeat_at timestamptz not null,
  beating_since timestamptz not null,
  stopped_at timestamptz,
  check (beating_since <= heartbeat_at)
) with (fillfactor = 50);
comment on table nodes is 'One row a node, written by it each second. Belongs to no clinic: transactions bound to one cannot see it.';
comment on column nodes.started_at is 'By the node''s own clock, as everything it records of its calls.';
comment on column nodes.heartbeat_at is 'By the database''s clock, as all it is compared with.';
comment on column nodes.beating_since is 'Since when the heart has beaten without a gap, by the database''s clock: a node that could write all along is a witness that others could, too.';
comment on column nodes.stopped_at is 'When it said goodbye; null while it lives, or where it was killed.';

create index calls_live on calls (owner_node) where status = 'live';
