"use client";
import { Failed } from "#components/desk/failed";

export default Failed;
