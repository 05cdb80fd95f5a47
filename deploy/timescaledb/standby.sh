# The standby: copies the primary the first time it starts, then follows it. To make it anew, remove its volume.
set -eu
data="$PGDATA/standby"
if [ ! -d "$data" ]; then
  rm -rf "$PGDATA/copy" # half-made, when we were stopped
  PGPASSWORD="$(cat /run/secrets/standby_password)"
  export PGPASSWORD
  pg_basebackup --pgdata="$PGDATA/copy" --write-recovery-conf --wal-method=stream --checkpoint=fast \
    --dbname="host=$PRIMARY port=5432 user=standby"
  unset PGPASSWORD
  chmod 700 "$PGDATA/copy"
  mv "$PGDATA/copy" "$data"
fi
# A viewer may set work_mem to anything: what a process takes beyond this is refused ("out of memory"), to that query
# only. Shared memory does not count. In kilobytes.
ulimit -d 262144
exec postgres -D "$data" "$@"
