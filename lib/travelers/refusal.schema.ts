/**
 * Why a command was not applied. Each has words for the person who meets it, in every language:
 * `refusals.<code>.why` and `.next` in lib/messages. Params fill the words.
 */
export const refusalCodes = [
  "command_not_available",
  "traveler_not_released",
  "traveler_not_open",
  "traveler_already_released",
  "not_permitted",
  "person_not_active",
  // 1 open and not on hold
  "on_hold",
  "revision_withdrawn",
  // 2 sequence
  "step_unknown",
  "step_out_of_order",
  "step_not_presented",
  "step_not_in_work",
  "step_already_in_work",
  "step_already_complete",
  "operation_not_bought_off",
  "departure_not_allowed",
  // 3 qualification (the check itself; waivers and apprentices come with all rules)
  "not_qualified",
  // 5 readings
  "field_unknown",
  "position_unknown",
  "position_carried",
  "value_not_readable",
  "value_does_not_match",
  "fewer_decimals_than_gage",
  "limits_not_known_yet",
  "calculated_value_differs",
  "retries_spent",
  "field_missing",
  "reading_out_of_limits",
  "attribute_failed",
  "reading_unknown",
  "reading_not_beyond_process_limit",
  // 6 gage
  "gage_needed",
  "gage_unknown",
  "gage_wrong_type",
  "gage_calibration_lapsed",
  "gage_not_in_service",
  "gage_range",
  "gage_resolution",
  "gage_uncertainty",
  // 7 components
  "component_unknown",
  "component_wrong_part",
  "component_expired",
  "component_on_hold",
  "component_installed_elsewhere",
  "component_spent",
  "component_position_filled",
  "component_removed_already",
  // 10 buyoffs
  "buyoff_unknown",
  "buyoff_not_due",
  "buyoff_already_signed",
  "buyoff_role",
  "buyoff_stamp",
  "buyoff_not_at_unit",
  "signer_performed_work",
  "signer_already_signed",
  "proof_missing",
  "proof_not_for_this",
  "badge_needed",
  "content_changed",
  // 11 amendments
  "value_unchanged",
  "second_person_needed",
  "evidence_needed",
  "amendment_after_acceptance",
  // 12 hold points
  "hold_point_open",
  // 13 defects and holds
  "defect_unknown",
  "defect_code_unknown",
  "defect_not_open",
  "quantity_too_large",
  "hold_unknown",
  "hold_reason_unknown",
  "hold_already_released",
  "hold_owner",
  "qms_unreachable",
  "qms_not_dispositioned",
  "ncr_missing",
  "ncr_number_differs",
  // 14 dispositions and rework
  "disposition_not_from_floor",
  "design_authority_needed",
  "quantities_do_not_add_up",
  "disposition_is_not_rework",
  "rework_unknown",
  "rework_in_work",
  "rework_steps_open",
  "rework_step_not_done",
  // photos
  "photo_unknown",
  "photo_already_attached",
  // 16 late entries
  "late_in_future",
  // 17 completion
  "traveler_incomplete",
  "traveler_not_complete",
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

export type Refusal = { code: RefusalCode; params: Readonly<Record<string, string>> };
