mod smtp;
mod support;
