-- More that a rule can demand of evidence. What was kept before demanded none of it.
UPDATE request SET demands = json_set(demands, '$.required', json('{"config_manager":false,"eligible":false,"grace":false,'
    || '"justification_patterns":[],"look_up":false,"managed":false,"methods":[],"modern":false,"sign_in_risk":false,'
    || '"sign_in_risk_at_most":4,"synced_within":0,"ticket":false,"ticket_patterns":[],"workstations":[]}'))
WHERE demands IS NOT NULL;
