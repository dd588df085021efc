drop table calendar_accounts;
