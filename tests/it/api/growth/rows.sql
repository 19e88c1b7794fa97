-- Inserts the rows LO + 1 to HI of each kind, without the server. WORKSPACE and ANA stand for IDs,
-- FROM_W and TO_W for numbers of workspaces.
INSERT INTO users (id, email, email_key, status, first_name, last_name, password_hash, created_at, signed_up_at)
SELECT md5('u' || n)::uuid, 'p' || n || '@acme.example', 'p' || n || '@acme.example', 'ACTIVE', 'P' || n, 'Q', 'x', NOW, NOW
FROM generate_series(LO + 1, HI) n;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at)
SELECT 'WORKSPACE', md5('u' || n)::uuid, 2 + n % 2, 'ACTIVE', 'P' || n, 'Q', 'p' || n || '@acme.example', 'p' || n || ' q',
    'p' || n || '@acme.example', 'acme p' || n, NOW - interval '200 days'
FROM generate_series(LO + 1, HI) n;
INSERT INTO workspaces (id, name, slug, created_at, allowed_email_domains)
SELECT md5('w' || n)::uuid, 'W' || n, 'w' || n, NOW, '[]' FROM generate_series(FROM_W + 1, TO_W) n;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at)
SELECT md5('w' || n)::uuid, 'ANA', 1, 'ACTIVE', 'Ana', 'Admin', 'ana@acme.example', 'ana admin',
    'ana@acme.example', 'a', NOW
FROM generate_series(FROM_W + 1, TO_W) n;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at)
SELECT md5('w' || n)::uuid, md5('u1')::uuid, 3, 'ACTIVE', 'P1', 'Q', 'p1@acme.example', 'p1 q',
    'p1@acme.example', 'p', NOW
FROM generate_series(FROM_W + 1, TO_W) n;
INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at, address, user_agent)
SELECT md5('s' || n)::uuid, CASE WHEN n <= 40 THEN 'ANA'::uuid ELSE md5('u' || n)::uuid END, decode(md5('s' || n) || md5('t' || n), 'hex'), NOW, NOW, NOW + interval '20 days', '', ''
FROM generate_series(LO + 1, HI) n;
INSERT INTO audit_events (workspace_id, id, at, last_at, kind, outcome, actor_id, actor_label, subject_id, subject_label, details, address, request_id)
SELECT 'WORKSPACE', md5('a' || n)::uuid, NOW, NOW, 'CHANGE_ROLE', 'DONE', 'ANA', 'Ana', md5('u' || n)::uuid, 'P', '[]', '', ''
FROM generate_series(LO + 1, HI) n;
INSERT INTO outbox (id, recipient_name, recipient_email, domain, priority, content, state, attempts, created_at, next_attempt_at, sent_at)
SELECT md5('m' || n)::uuid, 'G', 'g' || n || '@acme.example', 'acme.example', 1, '{}', 'SENT', 1, NOW, NOW, NOW
FROM generate_series(LO + 1, HI) n;
INSERT INTO invitations (workspace_id, id, user_id, email, role, state, inviter_id, mail_id, created_at, sent_at, sent_count, expires_at, ended_at)
SELECT 'WORKSPACE', md5('g' || n)::uuid, md5('gone' || n)::uuid, 'g' || n || '@acme.example', 3, 'REVOKED', 'ANA', md5('m' || n)::uuid,
    NOW, NOW, 1, NOW + interval '7 days', NOW
FROM generate_series(LO + 1, HI) n;
INSERT INTO mail_invitations (mail_id, workspace_id, invitation_id)
SELECT md5('m' || n)::uuid, 'WORKSPACE', md5('g' || n)::uuid FROM generate_series(LO + 1, HI) n;
INSERT INTO link_tokens (token_hash, purpose, mail_id, created_at)
SELECT decode(md5('l' || n) || md5('k' || n), 'hex'), 'INVITATION', md5('m' || n)::uuid, NOW FROM generate_series(LO + 1, HI) n;
INSERT INTO password_resets (id, user_id, mail_id, created_at, expires_at, ended_at)
SELECT md5('r' || n)::uuid, md5('u1')::uuid, md5('m' || n)::uuid, NOW, NOW, NOW FROM generate_series(LO + 1, HI) n;
INSERT INTO throttles (key, count, resets_at)
SELECT md5('t' || n), 1, NOW + interval '20 days' FROM generate_series(LO + 1, HI) n;
