"""Adapters to S3, DynamoDB, SQS and Cognito: calls and shapes, no rules."""
