import { createContext, use } from "react";

/** Provides a function that opens the command palette. */
export const PaletteContext = createContext({ openPalette: () => {} });
export const usePalette = () => use(PaletteContext);
