//! What holds for the shop as a whole and no function can see alone: its API description, its routes, its events, its borders.

mod borders;
mod credentials;
mod document;
mod events;
mod functions;
mod routes;
mod template;
