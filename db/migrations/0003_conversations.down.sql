drop table calls, tool_calls, turns, conversations;
