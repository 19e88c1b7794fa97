-- Inserts four admins for this number of rows, three of them with OPEN open invitations, and a
-- visitor who is invited to all other workspaces.
INSERT INTO users (id, email, email_key, status, first_name, last_name, password_hash, created_at, signed_up_at)
SELECT md5('b' || k || 'of HI')::uuid, 'b' || k || '.of.HI@acme.example', 'b' || k || '.of.HI@acme.example', 'ACTIVE', 'B' || k, 'HI', 'x', NOW, NOW
FROM generate_series(1, 4) k;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at)
SELECT 'WORKSPACE', md5('b' || k || 'of HI')::uuid, 1, 'ACTIVE', 'B' || k, 'HI', 'b' || k || '.of.HI@acme.example', 'b' || k || ' HI',
    'b' || k || '.of.HI@acme.example', 'b' || k || 'b', NOW
FROM generate_series(1, 4) k;
INSERT INTO users (id, email, email_key, status, first_name, last_name, created_at)
SELECT md5('i' || k || '.' || n || 'of HI')::uuid, 'i' || k || '.' || n || '.of.HI@acme.example', 'i' || k || '.' || n || '.of.HI@acme.example',
    'INVITED', 'I' || n, 'HI', NOW
FROM generate_series(1, 3) k, generate_series(1, OPEN) n;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at, invite_sent_at)
SELECT 'WORKSPACE', md5('i' || k || '.' || n || 'of HI')::uuid, 3, 'INVITED', 'I' || n, 'HI', 'i' || k || '.' || n || '.of.HI@acme.example', 'i' || n,
    'i' || k || '.' || n || '.of.HI@acme.example', 'i' || n, NOW, NOW
FROM generate_series(1, 3) k, generate_series(1, OPEN) n;
INSERT INTO invitations (workspace_id, id, user_id, email, role, state, inviter_id, mail_id, created_at, sent_at, sent_count, expires_at)
SELECT 'WORKSPACE', md5('v' || k || '.' || n || 'of HI')::uuid, md5('i' || k || '.' || n || 'of HI')::uuid, 'i' || k || '.' || n || '.of.HI@acme.example',
    3, 'PENDING', md5('b' || k || 'of HI')::uuid, md5('m1')::uuid, NOW, NOW, 1, NOW + interval '7 days'
FROM generate_series(1, 3) k, generate_series(1, OPEN) n;
INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email, name_key, email_key, search_key, joined_at, invite_sent_at)
SELECT md5('w' || n)::uuid, id, 3, 'INVITED', 'Dan', 'HI', email, 'dan', email, 'dan', NOW, NOW
FROM users, generate_series(1, TO_W) n WHERE email = 'dan.of.HI@acme.example';
INSERT INTO invitations (workspace_id, id, user_id, email, role, state, inviter_id, mail_id, created_at, sent_at, sent_count, expires_at)
SELECT md5('w' || n)::uuid, md5('d' || n || 'of HI')::uuid, id, email, 3, 'PENDING', 'ANA', md5('m1')::uuid, NOW, NOW, 1, NOW + interval '7 days'
FROM users, generate_series(1, TO_W) n WHERE email = 'dan.of.HI@acme.example';
