-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "delivery_state" AS ENUM ('pending', 'gated', 'sending', 'outcome_unknown', 'delivered', 'verified', 'tracking', 'closed', 'parked', 'dead', 'cancelled', 'superseded');

-- CreateEnum
CREATE TYPE "person_status" AS ENUM ('active', 'inactive');

-- CreateEnum
CREATE TYPE "revision_status" AS ENUM ('draft', 'in_review', 'approved', 'effective', 'superseded', 'withdrawn');

-- CreateTable
CREATE TABLE "sites" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "policy" JSONB NOT NULL,
    "shifts" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sites_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connectors" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "secret" TEXT,
    "status" TEXT NOT NULL DEFAULT 'active',
    "status_note" TEXT,
    "cursor" TEXT,

    CONSTRAINT "connectors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "routing_evaluations" (
    "stream_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "rule" TEXT NOT NULL,
    "rule_version" INTEGER NOT NULL,
    "site_id" UUID NOT NULL,
    "outcome" TEXT NOT NULL,
    "detail" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "routing_evaluations_pkey" PRIMARY KEY ("stream_id","seq","rule","rule_version")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "connector_id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "rule_version" INTEGER NOT NULL,
    "traveler_id" UUID NOT NULL,
    "defect_id" UUID,
    "ordering_key" TEXT NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "operation" TEXT NOT NULL,
    "external_key" TEXT NOT NULL,
    "state" "delivery_state" NOT NULL,
    "payload" JSONB NOT NULL,
    "payload_sha256" TEXT NOT NULL,
    "external_id" TEXT,
    "external_number" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lookups" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "leased_until" TIMESTAMPTZ(3),
    "fence" BIGINT NOT NULL DEFAULT 0,
    "last_result" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_events" (
    "delivery_id" UUID NOT NULL,
    "stream_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "site_id" UUID NOT NULL,

    CONSTRAINT "delivery_events_pkey" PRIMARY KEY ("delivery_id","stream_id","seq")
);

-- CreateTable
CREATE TABLE "delivery_attempts" (
    "id" UUID NOT NULL,
    "delivery_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "fence" BIGINT NOT NULL,
    "act" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "response" TEXT,
    "classification" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attachments" (
    "delivery_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "site_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "external_ref" TEXT,

    CONSTRAINT "delivery_attachments_pkey" PRIMARY KEY ("delivery_id","sha256")
);

-- CreateTable
CREATE TABLE "external_records" (
    "connector_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "site_id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "defect_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "dispositions" JSONB NOT NULL,
    "raw" JSONB NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "external_records_pkey" PRIMARY KEY ("connector_id","external_id")
);

-- CreateTable
CREATE TABLE "webhook_receipts" (
    "connector_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_receipts_pkey" PRIMARY KEY ("connector_id","id")
);

-- CreateTable
CREATE TABLE "people" (
    "id" UUID NOT NULL,
    "employee_number" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "status" "person_status" NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "people_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credentials" (
    "person_id" UUID NOT NULL,
    "pin_hash" TEXT,
    "password_hash" TEXT,
    "totp_secret" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("person_id")
);

-- CreateTable
CREATE TABLE "badges" (
    "id" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "badges_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person_cards" (
    "hash" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "card" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "person_cards_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "person_roles" (
    "person_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "person_roles_pkey" PRIMARY KEY ("person_id","site_id","role")
);

-- CreateTable
CREATE TABLE "qualifications" (
    "code" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "waivable_by" TEXT NOT NULL,

    CONSTRAINT "qualifications_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "person_qualifications" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "authority" TEXT NOT NULL,
    "evidence" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "valid_until" DATE,

    CONSTRAINT "person_qualifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stamps" (
    "number" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "issued_on" DATE NOT NULL,
    "withdrawn_on" DATE,

    CONSTRAINT "stamps_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "signing_periods" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_periods_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_proofs" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "command_id" UUID NOT NULL,
    "content_sha256" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_proofs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credential_failures" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "locked_until" TIMESTAMPTZ(3),
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "credential_failures_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "desk_sessions" (
    "token_hash" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "device_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "desk_sessions_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "setup_tokens" (
    "hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "setup_tokens_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "instructions" (
    "id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "title" JSONB NOT NULL,

    CONSTRAINT "instructions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instruction_revisions" (
    "content_sha256" TEXT NOT NULL,
    "instruction_id" UUID NOT NULL,
    "revision" TEXT NOT NULL,
    "status" "revision_status" NOT NULL,
    "content" TEXT NOT NULL,
    "effective_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "instruction_revisions_pkey" PRIMARY KEY ("content_sha256")
);

-- CreateTable
CREATE TABLE "gages" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "calibrated_min" TEXT NOT NULL,
    "calibrated_max" TEXT NOT NULL,
    "resolution" TEXT NOT NULL,
    "uncertainty" TEXT,
    "calibration_due_on" DATE NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'in_service',

    CONSTRAINT "gages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "part" TEXT NOT NULL,
    "revision" TEXT,
    "serial" TEXT,
    "lot" TEXT,
    "expires_on" DATE,
    "on_hold" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "stock_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_orders" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "part_number" TEXT NOT NULL,
    "part_revision" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "customer" TEXT,
    "status" TEXT NOT NULL DEFAULT 'released',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "work_orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "streams" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "head" TEXT NOT NULL,

    CONSTRAINT "streams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entries" (
    "stream_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "site_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "person_id" UUID,
    "device_id" UUID,
    "command_id" UUID,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "shift" TEXT,
    "txid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "system_identifier" BIGINT NOT NULL,

    CONSTRAINT "entries_pkey" PRIMARY KEY ("stream_id","seq")
);

-- CreateTable
CREATE TABLE "receipts" (
    "command_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "device_id" UUID,
    "content_sha256" TEXT NOT NULL,
    "verdict" JSONB NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "receipts_pkey" PRIMARY KEY ("command_id")
);

-- CreateTable
CREATE TABLE "text_blobs" (
    "site_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "text" TEXT,
    "disposed_at" TIMESTAMPTZ(3),

    CONSTRAINT "text_blobs_pkey" PRIMARY KEY ("site_id","sha256")
);

-- CreateTable
CREATE TABLE "blobs" (
    "site_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "received_by" UUID NOT NULL,

    CONSTRAINT "blobs_pkey" PRIMARY KEY ("site_id","sha256")
);

-- CreateTable
CREATE TABLE "routing_queue" (
    "id" BIGSERIAL NOT NULL,
    "site_id" UUID NOT NULL,
    "stream_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "routing_queue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stations" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "work_center" TEXT NOT NULL,

    CONSTRAINT "stations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devices" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "station_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" JSONB NOT NULL,
    "enrolled_by" UUID,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "last_seq" INTEGER NOT NULL DEFAULT 0,
    "last_hash" TEXT,

    CONSTRAINT "devices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrolment_codes" (
    "hash" TEXT NOT NULL,
    "site_id" UUID NOT NULL,
    "station_id" UUID NOT NULL,
    "created_by" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "enrolment_codes_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "device_sessions" (
    "token_hash" TEXT NOT NULL,
    "device_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_sessions_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "travelers" (
    "id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "work_order" TEXT NOT NULL,
    "part_number" TEXT NOT NULL,
    "part_revision" TEXT NOT NULL,
    "serial" TEXT,
    "lot" TEXT,
    "quantity" TEXT NOT NULL,
    "content_sha256" TEXT NOT NULL,
    "instruction" TEXT NOT NULL,
    "revision" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "operation" TEXT,
    "steps_done" INTEGER NOT NULL,
    "steps_total" INTEGER NOT NULL,
    "defects_open" INTEGER NOT NULL,
    "holds_open" INTEGER NOT NULL,
    "buyoffs_due" TEXT[],
    "released_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "state" JSONB NOT NULL,

    CONSTRAINT "travelers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step_executions" (
    "traveler_id" UUID NOT NULL,
    "instance" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "step_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "step_executions_pkey" PRIMARY KEY ("traveler_id","instance")
);

-- CreateTable
CREATE TABLE "readings" (
    "id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "step_id" UUID NOT NULL,
    "field_id" UUID NOT NULL,
    "characteristic_id" UUID,
    "position" TEXT NOT NULL,
    "sample" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "retry" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    "value_number" DECIMAL(65,30),
    "unit" TEXT,
    "limit_min" TEXT,
    "limit_max" TEXT,
    "verdict" TEXT NOT NULL,
    "gage_id" UUID,
    "gage_code" TEXT,
    "person_id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "amendments" INTEGER NOT NULL,

    CONSTRAINT "readings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "installations" (
    "id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "step_id" UUID NOT NULL,
    "field_id" UUID NOT NULL,
    "position" TEXT NOT NULL,
    "part" TEXT NOT NULL,
    "serial" TEXT,
    "lot" TEXT,
    "quantity" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "installations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "photos" (
    "id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "step_id" UUID,
    "field_id" UUID,
    "defect_id" UUID,
    "person_id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "photos_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "buyoffs" (
    "id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "step_id" UUID,
    "requirement_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "stamp" TEXT,
    "method" TEXT NOT NULL,
    "content_sha256" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "buyoffs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "defects" (
    "id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "step_id" UUID,
    "status" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "ncr_number" TEXT,
    "ncr_status" TEXT,
    "ncr_url" TEXT,
    "decisions" TEXT[],

    CONSTRAINT "defects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "holds" (
    "id" UUID NOT NULL,
    "traveler_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "defect_id" UUID,
    "person_id" UUID,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "holds_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sites_code_key" ON "sites"("code");

-- CreateIndex
CREATE UNIQUE INDEX "connectors_site_id_code_key" ON "connectors"("site_id", "code");

-- CreateIndex
CREATE INDEX "deliveries_state_next_at_idx" ON "deliveries"("state", "next_at");

-- CreateIndex
CREATE INDEX "deliveries_ordering_key_position_idx" ON "deliveries"("ordering_key", "position");

-- CreateIndex
CREATE UNIQUE INDEX "deliveries_connector_id_external_key_key" ON "deliveries"("connector_id", "external_key");

-- CreateIndex
CREATE INDEX "delivery_attempts_delivery_id_idx" ON "delivery_attempts"("delivery_id");

-- CreateIndex
CREATE INDEX "external_records_defect_id_idx" ON "external_records"("defect_id");

-- CreateIndex
CREATE UNIQUE INDEX "people_employee_number_key" ON "people"("employee_number");

-- CreateIndex
CREATE INDEX "badges_person_id_idx" ON "badges"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "person_cards_person_id_version_key" ON "person_cards"("person_id", "version");

-- CreateIndex
CREATE INDEX "person_qualifications_person_id_idx" ON "person_qualifications"("person_id");

-- CreateIndex
CREATE INDEX "stamps_person_id_idx" ON "stamps"("person_id");

-- CreateIndex
CREATE INDEX "signing_periods_device_id_idx" ON "signing_periods"("device_id");

-- CreateIndex
CREATE UNIQUE INDEX "instructions_number_key" ON "instructions"("number");

-- CreateIndex
CREATE UNIQUE INDEX "instruction_revisions_instruction_id_revision_key" ON "instruction_revisions"("instruction_id", "revision");

-- CreateIndex
CREATE UNIQUE INDEX "gages_site_id_code_key" ON "gages"("site_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "stock_site_id_part_serial_key" ON "stock"("site_id", "part", "serial");

-- CreateIndex
CREATE UNIQUE INDEX "stock_site_id_part_lot_key" ON "stock"("site_id", "part", "lot");

-- CreateIndex
CREATE UNIQUE INDEX "work_orders_site_id_number_key" ON "work_orders"("site_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "entries_hash_key" ON "entries"("hash");

-- CreateIndex
CREATE INDEX "entries_site_id_type_recorded_at_idx" ON "entries"("site_id", "type", "recorded_at");

-- CreateIndex
CREATE INDEX "entries_command_id_idx" ON "entries"("command_id");

-- CreateIndex
CREATE INDEX "receipts_traveler_id_idx" ON "receipts"("traveler_id");

-- CreateIndex
CREATE UNIQUE INDEX "routing_queue_stream_id_seq_key" ON "routing_queue"("stream_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "stations_site_id_code_key" ON "stations"("site_id", "code");

-- CreateIndex
CREATE INDEX "device_sessions_device_id_idx" ON "device_sessions"("device_id");

-- CreateIndex
CREATE INDEX "travelers_site_id_status_operation_idx" ON "travelers"("site_id", "status", "operation");

-- CreateIndex
CREATE INDEX "travelers_site_id_work_order_idx" ON "travelers"("site_id", "work_order");

-- CreateIndex
CREATE INDEX "travelers_site_id_serial_idx" ON "travelers"("site_id", "serial");

-- CreateIndex
CREATE INDEX "step_executions_site_id_step_id_idx" ON "step_executions"("site_id", "step_id");

-- CreateIndex
CREATE INDEX "readings_traveler_id_idx" ON "readings"("traveler_id");

-- CreateIndex
CREATE INDEX "readings_site_id_characteristic_id_occurred_at_idx" ON "readings"("site_id", "characteristic_id", "occurred_at");

-- CreateIndex
CREATE INDEX "readings_gage_id_occurred_at_idx" ON "readings"("gage_id", "occurred_at");

-- CreateIndex
CREATE INDEX "installations_traveler_id_idx" ON "installations"("traveler_id");

-- CreateIndex
CREATE INDEX "installations_site_id_part_lot_idx" ON "installations"("site_id", "part", "lot");

-- CreateIndex
CREATE INDEX "photos_traveler_id_idx" ON "photos"("traveler_id");

-- CreateIndex
CREATE INDEX "photos_defect_id_idx" ON "photos"("defect_id");

-- CreateIndex
CREATE INDEX "buyoffs_traveler_id_idx" ON "buyoffs"("traveler_id");

-- CreateIndex
CREATE INDEX "defects_site_id_status_occurred_at_idx" ON "defects"("site_id", "status", "occurred_at");

-- CreateIndex
CREATE INDEX "defects_traveler_id_idx" ON "defects"("traveler_id");

-- CreateIndex
CREATE INDEX "holds_site_id_released_at_idx" ON "holds"("site_id", "released_at");

-- CreateIndex
CREATE INDEX "holds_traveler_id_idx" ON "holds"("traveler_id");
