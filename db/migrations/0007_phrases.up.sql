-- The fixed phrases as they sound: rendered once, played in every call.

create table phrases (
  clinic_id uuid not null references clinics on delete cascade,
  key text not null check (key <> ''),
  text text not null check (text <> ''),
  ms int not null check (ms > 0),
  audio bytea not null check (length(audio) > 0),
  created_at timestamptz not null default now(),
  primary key (clinic_id, key)
);
comment on table phrases is 'Sentences said by rule, as audio. What a clinic no longer says is deleted when its phrases are complete again.';
comment on column phrases.key is 'SHA-256 of model, voice, language, audio format and text: whatever of them changes, it is another phrase.';
comment on column phrases.audio is 'Samples without any header, in the format of the key.';

create table phrase_claims (
  clinic_id uuid primary key references clinics on delete cascade,
  holder text not null check (holder <> ''),
  until timestamptz not null
);
comment on table phrase_claims is 'Which node renders a clinic''s phrases at the moment, so that no two pay for the same.';
comment on column phrase_claims.until is 'By the database''s clock: then the claim has lapsed, whatever became of its holder.';

do $$
declare
  name text;
begin
  foreach name in array array['phrases', 'phrase_claims'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy rows_of_clinic on %I to ava_app
                      using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id())', name);
    execute format('grant select, insert, update, delete on %I to ava_app', name);
  end loop;
end
$$;
