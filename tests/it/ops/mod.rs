//! Operation: commands, migrations, faults, replicas, and shutdown.

mod backup;
mod broken_connections;
mod clearing;
mod commands;
mod database_file;
mod first_day;
mod full_disk;
mod killed;
mod large_history;
mod locks;
mod log;
mod migrations;
mod replicas;
mod secrets;
mod shutdown;
mod silent_database;
