//! Support for tests: servers, signed-in clients, teams, and mails.

pub mod client;
pub mod cluster;
pub mod command;
pub mod cut;
mod database;
pub mod engine;
pub mod fuse;
pub mod golden;
pub mod introspection;
pub mod network_proxy;
pub mod pause;
pub mod people;
pub mod program;
pub mod proxy;
pub mod recorded_statements;
mod rows;
pub mod server;
pub mod smtp_server;
pub mod socket;
pub mod terminal;
pub mod volume;
pub mod wire;

pub use client::{Client, Reply, user_errors};
pub use engine::Engine;
pub use people::{PASSWORD, Person, Team, results, sign_in, text, time};
pub use server::{Server, eventually};
pub use terminal::Terminal;

/// Creates tests from functions that take a [`Server`], one per engine.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::server::run($crate::support::Engine::Sqlite, super::$name).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::server::run($crate::support::Engine::Postgres, super::$name).await;
            })+
        }
    };
}

/// Creates tests from functions that take a [`Server`], on SQLite only, for code that does not
/// depend on the database.
#[macro_export]
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::server::run($crate::support::Engine::Sqlite, super::$name).await;
            })+
        }
    };
}

/// Creates tests from functions that take a [`Server`], on PostgreSQL only, for faults that an
/// embedded SQLite cannot have.
#[macro_export]
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::server::run($crate::support::Engine::Postgres, super::$name).await;
            })+
        }
    };
}
