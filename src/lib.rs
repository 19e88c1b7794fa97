//! TokenVue User Management: who may enter a workspace of the AI gateway, and with which role.

pub mod account;
pub mod actor;
pub mod app;
pub mod audit;
pub mod clearing;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod doctor;
pub mod email;
pub mod error;
pub mod graphql;
pub mod http;
pub mod mail;
pub mod name;
pub mod network;
pub mod page;
pub mod permissions;
pub mod server;
pub mod setup;
pub mod team;
pub mod text;
pub mod throttle;
pub mod token;

pub use app::App;
