//! Workspaces: creation and settings.

pub mod create;
pub mod switch;
pub mod update;
