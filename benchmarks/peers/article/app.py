# app.py - FastAPI model serving application
# As the article prints it, to the letter but for the indentation that its page lost.
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
import tensorflow as tf
import numpy as np
import uvicorn

app = FastAPI(title="Predictive Maintenance Model API")

# Load model at startup
model = None


@app.on_event("startup")
async def load_model():
    global model
    try:
        model = tf.keras.models.load_model('/models/maintenance_model')
        print("Model loaded successfully")
    except Exception as e:
        print(f"Error loading model: {e}")
        raise


class PredictionRequest(BaseModel):
    temperature: float
    vibration: float
    pressure: float
    rpm: float


class PredictionResponse(BaseModel):
    failure_probability: float
    risk_level: str
    recommended_action: str


@app.post("/predict", response_model=PredictionResponse)
async def predict(request: PredictionRequest):
    if model is None:
        raise HTTPException(status_code=503, detail="Model not loaded")

    # Prepare input features
    features = np.array([[
        request.temperature,
        request.vibration,
        request.pressure,
        request.rpm
    ]])

    # Make prediction
    prediction = model.predict(features)[0][0]

    # Determine risk level
    if prediction < 0.3:
        risk = "LOW"
        action = "Continue normal operation"
    elif prediction < 0.7:
        risk = "MEDIUM"
        action = "Schedule inspection within 48 hours"
    else:
        risk = "HIGH"
        action = "Immediate maintenance required"

    return PredictionResponse(
        failure_probability=float(prediction),
        risk_level=risk,
        recommended_action=action
    )


@app.get("/health")
async def health():
    return {"status": "healthy", "model_loaded": model is not None}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8000)
