import { type RefObject, useEffect, useRef } from "react";
import { useNavigationType } from "react-router";

/**
 * Scrolls to the start of a list, if it is above the visible area, when a link has led to another
 * page of the list.
 */
export function useTop(list: RefObject<HTMLElement | null>, page: string | undefined) {
  const followed = useNavigationType() === "PUSH";
  const last = useRef(page);
  useEffect(() => {
    if (page === last.current) return;
    last.current = page;
    const element = list.current;
    if (followed && element && element.getBoundingClientRect().top < 0) element.scrollIntoView();
  }, [list, page, followed]);
}
