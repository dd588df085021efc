delete from outbox where kind = 'deliver_webhook';
drop table webhook_deliveries;
drop table webhook_events;
drop table webhook_endpoints;
