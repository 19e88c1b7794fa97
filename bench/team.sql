-- Fills a migrated database with one workspace and its team, the same at each run:
-- 85 in 100 members are active; of the others' invitations, a third has expired.
--
-- psql variables:
--   workspace   its UUID
--   members     how many
--   token       the session token that its admin is signed in with
\set ON_ERROR_STOP on
BEGIN;

-- What the product's `name::fold` does, as far as these names need it.
CREATE FUNCTION pg_temp.fold(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036f]', '', 'g'))
$$;

-- A UUID of version 7 (RFC 9562, 5.7) for this time, the same for the same seed.
CREATE FUNCTION pg_temp.uuid7(at timestamptz, seed text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
    || '7' || substr(md5(seed), 1, 3) || '8' || substr(md5(seed), 4, 15))::uuid
$$;

-- A number from 0 to below 1, the same for the same seed.
CREATE FUNCTION pg_temp.chance(seed text) RETURNS float LANGUAGE sql IMMUTABLE AS $$
  SELECT ('x' || substr(md5(seed), 25, 8))::bit(32)::bigint::float / 4294967296
$$;

CREATE FUNCTION pg_temp.pick(list text[], seed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT list[1 + floor(pg_temp.chance(seed) * cardinality(list))::int]
$$;

\set first_names 'Aaliyah Aaron Adrian Aisha Alejandro Alina Amara Amélie Ana Anders André Anika Antonio Arjun Astrid Ayumi Beatriz Benjamin Björn Bruno Camila Carlos Carmen Cécile Chen Chidi Chloé Clara Daniel Daria David Deepa Diego Dmitri Élodie Elena Elif Emeka Emily Emma Enrique Eszter Farid Fatima Felix Fiona Francesca Freya Gabriel George Giulia Grace Hana Hannah Haruki Henrik Hugo Ian Imani Ines Ingrid Isabella Ivan Jack Jamal James Jana Jens João Johanna José Julia Kamal Karin Katarzyna Keiko Kenji Klara Lars Laura Leila Léo Liam Linh Lucía Luis Magnus Mahmoud Malik María Mariam Marek Martin Mateo Mei Michael Mina Mohammed Nadia Naomi Natalia Nikhil Noah Nora Olga Oliver Olivia Omar Oscar Paolo Patricia Pedro Petra Pierre Priya Quentin Rafael Rania Raúl Ravi Rebecca Ricardo Rosa Ryan Sakura Salma Samuel Sanjay Sara Sebastián Sofia Stefan Sven Tariq Thanh Theo Thomas Tomasz Uma Valentina Vera Victor Viktor Wei William Xavier Yara Yasmin Yusuf Zainab Zoë'
\set last_names 'Abbott Abe Acosta Adeyemi Agarwal Ahmed Almeida Álvarez Andersen Andersson Aoki Arslan Bakker Banerjee Barbosa Bauer Becker Bennett Berg Bianchi Björk Brown Bruno Campbell Cardoso Carlsson Carter Castillo Chan Chatterjee Chen Chukwu Clarke Cohen Colombo Costa Cruz Dąbrowski Das Davies Demir Desai Díaz Diallo Dubois Dumont Eriksson Evans Farah Fernández Ferrari Fischer Fontaine Foster Fournier Fujita García Garner Gomes González Gray Grigoriou Gupta Hall Hamid Hansen Hassan Hernández Hoffmann Horváth Huang Hughes Ibrahim Ito Ivanova Jackson Jansen Jensen Jiménez Johansson Johnson Jones Kamau Kang Kapoor Kaya Keller Khan Kim King Kobayashi Koch Kovács Kowalski Kumar Kuznetsov Lambert Larsen Lee Lefèvre Lehmann Li Lindberg López Lund MacDonald Mahlangu Marino Markov Martin Martínez Mazur Mehta Meyer Mitchell Mohamed Molina Morales Moreau Moretti Müller Murphy Nagy Nakamura Ndlovu Nelson Nguyễn Nielsen Novák Nowak O’Brien O’Connor Okafor Okonkwo Oliveira Olsen Ortiz Osman Öztürk Papadopoulos Park Patel Pereira Pérez Petrov Pham Popescu Prasad Quinn Rahman Ramírez Rao Reyes Ricci Richter Rivera Roberts Rodríguez Romano Rossi Roux Ruiz Saito Sánchez Santos Sato Schmidt Schneider Schulz Sharma Silva Singh Smith Sokolov Sousa Suzuki Svensson Takahashi Tanaka Taylor Thompson Torres Tran Turner Usman Van-Dijk Vargas Vasquez Vega Vogel Volkov Wagner Walker Wang Watanabe Weber White Williams Wójcik Wong Wright Wu Yamamoto Yang Yilmaz Young Zhang Zhou Zieliński Zimmermann'

INSERT INTO workspaces (id, name, slug, created_at, allowed_email_domains)
VALUES (:'workspace', 'Team of ' || :members, 'team-' || :members, now() - interval '400 days', '[]');

-- Number 1 is the admin who is signed in; of each twenty, numbers 5, 11 and 17 are invited.
CREATE TEMPORARY TABLE people ON COMMIT DROP AS
SELECT n, pg_temp.uuid7(came_at, seed) AS id, came_at, first_name, last_name, email,
  CASE WHEN n = 1 OR chance < 0.02 THEN 1 WHEN chance < 0.9 THEN 2 ELSE 3 END AS role,
  CASE WHEN invited THEN 'INVITED' ELSE 'ACTIVE' END AS status,
  n % 20 = 5 AS expired,
  CASE WHEN n % 10 <> 9 OR invited THEN came_at END AS invite_sent_at,
  pg_temp.fold(first_name || ' ' || last_name) AS name_key
FROM (
  SELECT *, pg_temp.chance('role' || seed) AS chance,
    lower(regexp_replace(pg_temp.fold(first_name || '.' || last_name), '[^a-z.]', '', 'g'))
      || n || '@' || pg_temp.pick('{example.com,mail.example,corp.example}', 'at' || seed) AS email,
    now() - CASE
      WHEN n % 20 = 5 THEN interval '8 days' + interval '60 days' * pg_temp.chance('came' || seed)
      WHEN invited THEN interval '5 days' * pg_temp.chance('came' || seed)
      ELSE interval '10 days' + interval '380 days' * pg_temp.chance('came' || seed)
    END AS came_at
  FROM (
    SELECT n, :members || '-' || n AS seed, n % 20 IN (5, 11, 17) AS invited,
      pg_temp.pick(string_to_array(:'first_names', ' '), 'first' || :members || '-' || n) AS first_name,
      pg_temp.pick(string_to_array(:'last_names', ' '), 'last' || :members || '-' || n) AS last_name
    FROM generate_series(1, :members) n
  ) named
) dated;
ANALYZE people;

INSERT INTO users (id, email, email_key, status, first_name, last_name, password_hash,
  created_at, signed_up_at)
SELECT id, email, email, status,
  CASE status WHEN 'ACTIVE' THEN first_name ELSE '' END,
  CASE status WHEN 'ACTIVE' THEN last_name ELSE '' END,
  -- No password has this hash.
  CASE status WHEN 'ACTIVE' THEN '$argon2id$v=19$m=19456,t=2,p=1$bm9uZQ$bm9uZQ' END,
  came_at, CASE status WHEN 'ACTIVE' THEN came_at + interval '1 day' END
FROM people ORDER BY id;

INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name, email,
  name_key, email_key, search_key, joined_at, invite_sent_at)
SELECT :'workspace', id, role, status, first_name, last_name, email,
  name_key, email, name_key || ' ' || email,
  CASE status WHEN 'ACTIVE' THEN came_at + interval '1 day' ELSE came_at END, invite_sent_at
FROM people ORDER BY id;

-- The planner does not know yet how many there are.
SET LOCAL enable_nestloop = off;

-- One in twenty active members has never been seen.
UPDATE member_activity a
SET last_active_at = now() - interval '1 day' - interval '120 days' * pg_temp.chance('seen' || p.id) ^ 3
FROM people p
WHERE a.workspace_id = :'workspace' AND a.user_id = p.id AND p.status = 'ACTIVE' AND p.n % 20 <> 2;

INSERT INTO invitations (workspace_id, id, user_id, email, role, state, inviter_id, mail_id,
  created_at, sent_at, sent_count, expires_at, ended_at)
SELECT :'workspace', pg_temp.uuid7(came_at, 'invitation' || id), id, email, role,
  CASE WHEN status = 'ACTIVE' THEN 'ACCEPTED' WHEN expired THEN 'EXPIRED' ELSE 'PENDING' END,
  (SELECT id FROM people WHERE n = 1), pg_temp.uuid7(came_at, 'mail' || id),
  came_at, came_at, 1, came_at + interval '7 days',
  CASE status WHEN 'ACTIVE' THEN came_at + interval '1 day' END
FROM people WHERE invite_sent_at IS NOT NULL ORDER BY came_at;

INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at, address,
  user_agent)
SELECT pg_temp.uuid7(now(), 'session' || id), id, sha256(convert_to(:'token', 'UTF8')),
  now(), now(), now() + interval '30 days', '127.0.0.1', 'bench'
FROM people WHERE n = 1;

COMMIT;

-- Without statistics, the foreign keys' checks of the next team would pick an index that does not
-- fit, and take hours.
ANALYZE;
