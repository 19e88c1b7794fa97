-- WORKSPACE stands for the ID of the large workspace.
INSERT INTO users (id, email, email_key, status, first_name, last_name, password_hash, created_at, signed_up_at)
SELECT md5('u' || n)::uuid, 'p' || n || '@acme.example', 'p' || n || '@acme.example', 'ACTIVE', 'P' || n, 'Q', 'x', now(), now()
FROM generate_series(1, 3000) n;
INSERT INTO users (id, email, email_key, status, first_name, last_name, created_at)
SELECT md5('i' || n)::uuid, 'i' || n || '@acme.example', 'i' || n || '@acme.example', 'INVITED', 'I' || n, 'Q', now()
FROM generate_series(1, 2000) n;
INSERT INTO workspaces (id, name, slug, created_at, allowed_email_domains)
SELECT md5('w' || n)::uuid, 'W' || n, 'w' || n, now(), '[]' FROM generate_series(1, 5000) n;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at)
SELECT md5('w' || n)::uuid, md5('u' || k)::uuid, 3, 'ACTIVE', 'P', 'Q', 'p@acme.example', 'p q', 'p@acme.example', 'p', now()
FROM generate_series(1, 5000) n, generate_series(1, 2) k;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at)
SELECT 'WORKSPACE', id, 3, status, first_name, last_name, email, lower(first_name), email, 'p', now()
FROM users WHERE status = 'ACTIVE' AND first_name LIKE 'P%';
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at, invite_sent_at)
SELECT 'WORKSPACE', id, 3, status, first_name, last_name, email, lower(first_name), email, 'i', now(), now()
FROM users WHERE status = 'INVITED';
INSERT INTO invitations (workspace_id, id, user_id, email, role, state, inviter_id, mail_id, created_at, sent_at, sent_count, expires_at)
SELECT 'WORKSPACE', md5('v' || id::text)::uuid, id, email, 3, 'PENDING', md5('u1')::uuid, md5('m1')::uuid, now(), now(), 1, now() + interval '7 days'
FROM users WHERE status = 'INVITED';
