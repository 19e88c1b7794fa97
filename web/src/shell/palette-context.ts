import { createContext, use } from "react";

/** How to open the command palette. */
export const PaletteContext = createContext({ openPalette: () => {} });
export const usePalette = () => use(PaletteContext);
