drop index calls_live;
drop table nodes;
