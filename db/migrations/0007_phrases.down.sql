drop table phrase_claims, phrases;
