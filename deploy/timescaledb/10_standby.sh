# On the primary, once: the role by which the standby follows, and its way in. Run by the image when it makes a new
# database; for one that is there already: docker compose exec -u postgres timescaledb sh /docker-entrypoint-initdb.d/10_standby.sh
# Safe to repeat.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=password="$(cat /run/secrets/standby_password)" \
  --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL' || exit 1
SELECT 'CREATE ROLE standby LOGIN REPLICATION CONNECTION LIMIT 4'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'standby') \gexec
ALTER ROLE standby PASSWORD :'password';
SQL
grep -q '^host replication standby ' "$PGDATA/pg_hba.conf" \
  || echo 'host replication standby all scram-sha-256' >> "$PGDATA/pg_hba.conf"
psql --no-psqlrc --quiet --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --command='SELECT pg_reload_conf()' > /dev/null
