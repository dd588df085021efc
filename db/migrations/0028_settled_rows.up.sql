-- What has served is deleted after a while: found by its age, however much is kept.

create index outbox_done on outbox (updated_at) where status = 'done';
create index notices_by_time on notices (created_at);
create index inbound_texts_settled on inbound_texts (received_at) where conversation_id is not null or keyword is not null;
