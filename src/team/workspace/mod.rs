//! Workspaces: creation and settings.

pub mod create;
pub mod settings;
pub mod switch;
pub mod update;
