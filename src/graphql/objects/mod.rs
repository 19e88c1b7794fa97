//! The objects of the schema, one noun per file. They are separate from the database rows, so that
//! a new column is not published by accident.

pub mod access_review;
pub mod audit_event;
pub mod invitation;
pub mod link_preview;
pub mod mail_server;
pub mod membership;
pub mod node;
pub mod outcome;
pub mod role;
pub mod service;
pub mod session;
pub mod settings;
pub mod team_summary;
pub mod user;
pub mod viewer;
pub mod workspace;
